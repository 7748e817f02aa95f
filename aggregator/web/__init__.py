"""The web side: ready documents answered by a thin layer, the rest by FastAPI behind it."""
