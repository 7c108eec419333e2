"""Addresses about plans: the public prices, a person's own plan, and where Stripe tells of changes."""

from django.urls import path

from billing import views, webhooks

urlpatterns = [
    path("pricing/", views.pricing, name="pricing"),
    path("billing/", views.billing, name="billing"),
    path("billing/buy/", views.buy, name="billing_buy"),
    path("billing/return/", views.returned, name="billing_return"),
    path("billing/portal/", views.portal, name="billing_portal"),
    path("billing/resume/", views.resume, name="billing_resume"),
    path("billing/syncs/", views.syncs, name="billing_syncs"),
    path("hooks/stripe/", webhooks.notified, name="hook_stripe"),
]
