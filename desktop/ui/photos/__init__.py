"""Photos of visits and findings: read from files, shown small and large, kept with them."""
