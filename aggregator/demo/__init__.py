"""A small partner network on loopback, to see the whole service at work without internet. All of it is invented."""
