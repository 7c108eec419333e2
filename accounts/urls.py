"""Addresses of sign-in and connections. allauth's own provider addresses are not among them."""

from django.urls import include, path

from accounts.views import confirming, connections, feed, flow, history, lost, password, security, terms, way_back

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", security.moved, name="mfa_index"),
    path("accounts/2fa/webauthn/", security.moved, name="mfa_list_webauthn"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("activity/security/", history.security_history, name="security_history"),
    path("activity/security/audit.json", history.security_history_file, name="security_history_file"),
    path("accounts/confirm/", confirming.by_code, name="confirm_by_code"),
    path("settings/security/", security.page, name="security"),
    path("settings/security/sessions/end/", security.end_sessions, name="end_sessions"),
    path("settings/security/sessions/<int:session_id>/end/", security.end_session, name="end_session"),
    path("settings/security/identities/<int:identity_id>/", security.remove_identity, name="remove_identity"),
    path("settings/email/back/<str:token>/", way_back.page, name="way_back"),
    path("settings/lost-factor/stop/", lost.stop_here, name="lost_factor_stop_here"),
    path("settings/lost-factor/<str:token>/", lost.stop, name="lost_factor_stop"),
    path("terms/", terms.page, name="terms"),
    path("terms/accept/", terms.accept, name="terms_accept"),
    path("signin/lost-factor/", lost.ask, name="lost_factor"),
    path("signin/confirm/", flow.confirm, name="signin_confirm"),
    path("signin/<str:kind>/", flow.signin, name="signin"),
    path("connect/icloud/", password.icloud, name="connect_icloud"),
    path("connect/caldav/", password.caldav, name="connect_caldav"),
    path("connect/feed/", feed.connect, name="connect_feed"),
    path("connect/<str:kind>/", flow.connect, name="connect"),
    path("connect/<str:kind>/callback/", flow.callback, name="connect_callback"),
    path("connections/", connections.index, name="connections"),
    path("connections/<uuid:public_id>/reconnect/", flow.reconnect, name="reconnect"),
    path("connections/<uuid:public_id>/disconnect/", connections.disconnect, name="disconnect"),
]
