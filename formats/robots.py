def robots(sitemap: str, closed: list[str]) -> str:
    """robots.txt. closed: paths that are not for crawlers."""
    return "".join(["User-agent: *\n", *(f"Disallow: {path}\n" for path in closed), f"\nSitemap: {sitemap}\n"])
