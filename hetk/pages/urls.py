"""Addresses of the pages for whoever looks around; all are public."""

from django.urls import path

from hetk.pages import views

urlpatterns = [
    path("features/", views.features, name="features"),
    path("recipes/", views.recipes, name="recipes"),
    path("recipes/<slug:slug>/", views.recipe, name="recipe"),
    path("use-cases/", views.use_cases, name="use_cases"),
    path("use-cases/<slug:slug>/", views.use_case, name="use_case"),
    path("glossary/", views.glossary, name="glossary"),
    path("help/", views.help, name="help"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
