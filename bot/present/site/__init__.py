"""A clan's pages: plain HTML, with charts as SVG, from the values of :mod:`bot.domain.site`.

Every link is relative, so the same pages work behind any path of a server and from a folder.
"""
