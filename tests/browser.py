"""A real browser for `@pytest.mark.browser` tests: Chromium by `CHROMIUM` or on PATH, never downloaded.

Without one these tests are skipped and the run ends on a loud line; with REQUIRE_BROWSER=1 they fail.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "no Chromium found: put one on PATH or name it in CHROMIUM"
# Recent Chromiums draw their own toolbar as a web page, half a second of processor for each window: nobody
# looks at it here. This list takes the place of Playwright's; what matters of that one is said again.
DISABLED = (
    *("InitialWebUI", "PreloadTopChromeWebUI", "PrewarmWebUIContents", "WebUIBackForwardButton"),
    *("WebUIHomeButton", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup", "WebUIReloadButton"),
    *("WebUISplitTabsButton", "WebUIToolbar"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync", "PaintHolding"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "OptimizationHints", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
)


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, PROGRAMS) if path), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or chromium():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1 and {ADVICE}", pytrace=False)
    pytest.skip(ADVICE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The reports tell, whichever process ran the tests."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", ()) if ADVICE in str(report.longrepr)
    ]
    if skipped:
        text = f"!!! {len(skipped)} BROWSER TESTS WERE NOT RUN: {ADVICE} !!!"
        terminalreporter.write_line(text, red=True, bold=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        args = ["--no-sandbox", f"--disable-features={','.join(DISABLED)}"]
        launched = playwright.chromium.launch(executable_path=chromium(), args=args)
        yield launched
        launched.close()


@pytest.fixture
def base_url(live_server) -> str:
    """Where the site answers during this test, without a final slash."""
    return live_server.url


@pytest.fixture
def expected_console_errors() -> list[str]:
    """Append a part of each console error that the test provokes on purpose."""
    return []


@pytest.fixture
def new_page(browser: Browser, base_url: str, expected_console_errors: list[str]):
    """Call it for each person of the story; `page` is enough when there is one.

    Every console error, script error and refusal by the content security policy fails the test.
    """
    contexts, problems = [], []

    def open_page(viewport: dict[str, int] = PHONE, **options) -> Page:
        context = browser.new_context(viewport=viewport, base_url=base_url, locale="fr-FR", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    unexpected = [text for text in problems if not any(part in text for part in expected_console_errors)]
    assert not unexpected, f"the browser complained: {unexpected}"


@pytest.fixture
def page(new_page) -> Page:
    """A phone (390 x 844) on the site; `page.goto("/besoins/")` is relative to it."""
    return new_page()


@pytest.fixture
def enter(base_url):
    """By a session made beforehand: signing in has a story of its own."""

    def enter_as(page: Page, person: AbstractBaseUser) -> Page:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])
        return page

    return enter_as


def assert_good(page: Page) -> None:
    """What every screen of the site owes to whoever opens it."""
    assert_accessible(page)
    assert_no_sideways_scroll(page)


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 found by axe at levels A and AA; of what is well, only that it is."""
    from axe_playwright_python.sync_playwright import Axe

    # A click returns with the first bytes of the page it leads to: its document may have nothing in it yet.
    page.wait_for_load_state()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # Half a megabyte to read: once for each page, whatever the number of screens it is looked at on.
    axe = Axe(axe_script="") if page.evaluate("'axe' in window") else Axe()
    results = axe.run(
        page, options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
    )
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


# On a phone, a table whose rows are cards has nothing left to scroll for.
SCROLLING_CARDS = """() => matchMedia("(max-width: 40rem)").matches
  ? [...document.querySelectorAll(".stacks")].filter(frame => frame.scrollWidth > frame.clientWidth)
    .map(frame => frame.querySelector("caption").innerText)
  : []"""


def assert_no_sideways_scroll(page: Page) -> None:
    page.wait_for_load_state()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"
    assert page.evaluate(SCROLLING_CARDS) == [], f"{page.url} has cards wider than the screen"
