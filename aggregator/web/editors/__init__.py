"""The editors' pages, one file per screen; each adds its routes with whom they are for."""
