"""The sign-in page of the demonstration: dark and plain, no script, no foreign address."""

from html import escape
from string import Template
from typing import Final

from workstation.demo.sites import BANNER
from workstation.text import tr

_PAGE: Final = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta name="viewport" content="width=device-width">
<style>
body{margin:0;background:#0b0d10;color:#d7dde5;font:16px/1.5 Inter,system-ui,sans-serif}
main{max-width:22rem;margin:14vh auto;padding:2rem;background:#14181d;border-radius:8px}
h1{font-size:1.25rem;font-weight:600;margin:0 0 .25rem}
p{margin:0 0 1rem;color:#93a0ae}p.error{color:#ffb4a2}
label{display:block;margin:.75rem 0 .25rem}
input{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;color:inherit;
background:#0b0d10;border:1px solid #3a444f;border-radius:4px}
button{margin-top:1.25rem;width:100%;padding:.6rem;font:inherit;font-weight:600;border:0;
border-radius:4px;background:#2f6fb5;color:#fff}
:focus-visible{outline:2px solid #7cc4ff;outline-offset:2px}
</style></head><body><main><h1>$title</h1><p>$banner</p>$error$form</main></body></html>
""")
_FORM: Final = Template("""<form method="post" action="$action">
<label for="username">$name</label>
<input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">$password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">$submit</button></form>""")


def page(site: str, *, action: str = "", error: str = "", form: str = "") -> str:
    """The form that posts to `action` (already escaped), or another; without both the words."""
    usual = _FORM.substitute(
        action=action,
        name=escape(tr("Name")),
        password=escape(tr("Password")),
        submit=escape(tr("Sign in")),
    )
    return _PAGE.substitute(
        title=escape(tr("Sign in at {site}", site=site)),
        banner=escape(tr(BANNER)),
        error=f'<p class="error" role="alert">{escape(tr(error))}</p>' if error else "",
        form=usual if action else form,
    )
