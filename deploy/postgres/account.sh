#!/bin/sh
# Run once by the image of PostgreSQL, when its data folder is new: Hetk's account owns Hetk's database and can do nothing beyond it.
# The image's own account, "postgres", may do everything; its password is another, and no process of Hetk's knows it.
set -eu

password=$(cat /run/secrets/database)
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set password="$password" --username postgres --dbname postgres <<'SQL'
CREATE ROLE hetk LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE hetk OWNER hetk ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE hetk FROM PUBLIC;
SQL
