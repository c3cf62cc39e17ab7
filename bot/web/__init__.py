"""The web: pages for customers and operators, health and metrics, in one ASGI application.

- A part of the site is a `Room` (`room.py`): routes made with `get(path, handler, permission)` and
  `post(path, handler, permission)`, and `Area`s for the navigation. It is listed in `ROOMS` of
  `app.py`.
- A handler is ``async def handler(visit: Visit) -> Response``. `visit.person` is who is signed in
  (``visit.person.actor(visit.now)`` for `bot.cases`); `visit.text("field")`, `visit.form` and
  `visit.request.path_params` are what was sent; `await visit.read(…)` and `await visit.run(…)` the
  store; `visit.page("x.html", **values)`, `visit.redirect("/path")` and `refused(visit, 404)` the
  answers.
- A permission is one of `permission.py`; None makes a page public. Where a form comes from and its
  token are checked for every `post`.
- Templates stand in `templates/web`, one set for all languages: they extend ``layout.html``, take
  words by ``t("room.key", name=value)`` from `templates/web/words/LANGUAGE/room.toml`, and begin
  forms with ``parts.csrf(csrf)``. The policy refuses inline script and style. An instant goes
  through the filter ``moment``.
- Files of `templates/web/static` are loaded by ``asset("name.css")``.
"""
