/* Small aids around htmx. Every page works without this file. */
(function () {
  "use strict";

  function announce(text) {
    var region = document.getElementById("annonce");
    if (region) { region.textContent = ""; window.setTimeout(function () { region.textContent = text; }, 50); }
  }

  /* A part replaced without a new page: say what it holds now, after what warns of it. A live region swapped in
     with its words would say nothing. Another part says nothing of a count that stays. */
  document.addEventListener("htmx:afterSettle", function (event) {
    if (!event.target.querySelector("[data-result-count]")) { return; }
    var told = event.target.querySelectorAll(".notice, [data-result-told], [data-result-count]");
    announce(Array.from(told, textOf).join(" "));
  });

  /* A part that is asked again every two seconds: nothing moves while nothing has changed, its state is told when
     it is another one, what was unfolded stays so, and the focus stays on the same link or button, else in that
     part. Anything else that is answered, as the way in once the session has ended, is a page of its own. */
  var answered = "";
  var before = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var part = event.detail.target;
    if (!part.dataset.state) { return; }
    var answer = event.detail.serverResponse.replace(/ name="csrfmiddlewaretoken" value="\w+"/g, "");
    var isPart = answer.indexOf("data-state") >= 0;
    if (!isPart) { window.location.reload(); }
    if (!isPart || answer === answered) { event.detail.shouldSwap = false; return; }
    answered = answer;
    var held = document.activeElement;
    var unfolded = Array.from(part.querySelectorAll("details[open] > summary"), textOf);
    before = { state: part.dataset.state, focus: part.contains(held) ? held.outerHTML : "", unfolded: unfolded };
  });
  document.addEventListener("htmx:afterSwap", function () {
    if (!before) { return; }
    document.querySelectorAll("[data-state] summary").forEach(function (summary) {
      if (before.unfolded.indexOf(textOf(summary)) >= 0) { summary.parentElement.open = true; }
    });
  });
  document.addEventListener("htmx:afterSettle", function () {
    var part = document.querySelector("[data-state]");
    if (!part || !before) { return; }
    if (part.dataset.state !== before.state) { announce(part.dataset.state); }
    if (before.focus) { takeFocus(part, before.focus); }
    before = null;
  });
  function textOf(summary) { return summary.textContent; }
  function takeFocus(part, held) {
    var links = Array.from(part.querySelectorAll("a, button, summary"));
    var same = links.find(function (one) { return one.outerHTML === held; });
    if (!same) { part.tabIndex = -1; }
    (same || part).focus();
  }

  /* A fragment that could not be fetched: load the whole page, which says what is wrong. */
  document.addEventListener("htmx:responseError", function (event) {
    var config = event.detail.requestConfig;
    if (config && config.verb === "get") { window.location.assign(event.detail.pathInfo.finalRequestPath); return; }
    announce("La demande n’a pas abouti. Rechargez la page, puis recommencez.");
  });
  document.addEventListener("htmx:sendError", function () {
    announce("La connexion est coupée. Vérifiez votre réseau, puis recommencez.");
  });

  /* After a refusal, go to the list of what to correct, or to why nothing can be sent any more. Else what the last action did comes again into its
     region, once the title of the page has been read: a region that is full when the page opens says nothing. */
  document.addEventListener("DOMContentLoaded", function () {
    var refusal = document.querySelector('.error-summary, .notice-error[role="alert"]');
    if (refusal) { refusal.tabIndex = -1; refusal.focus(); return; }
    window.setTimeout(function () {
      document.querySelectorAll("#messages .notice:not([role])").forEach(function (told) {
        told.replaceWith(told.cloneNode(true));
      });
    }, 500);
  });

  /* The menu closes when the focus or a click leaves it, and on Escape. */
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.site-menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });
  document.addEventListener("focusout", function (event) {
    var menu = event.target.closest("details.site-menu[open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) { menu.open = false; }
  });
  document.addEventListener("keydown", function (event) {
    var menu = document.querySelector("details.site-menu[open]");
    if (event.key === "Escape" && menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  /* A file taken is counted beside the download itself, which htmx would hold back. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-counted-at]");
    if (link && window.htmx) {
      window.htmx.ajax("POST", link.dataset.countedAt, { swap: "none", values: { what: "download" } });
    }
  });

  /* A form sent twice by impatience: the second click is ignored. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "true";
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
})();
