// Words that explain themselves: their boxes open on a click or a tap without this script; it adds hover and focus.
// Escape closes (the browser's own rule for popovers); the pointer may move into an open box.  The Tab key passes by the
// link of a box that opened by itself, and stops at it once a press of the word has pinned the box.
(() => {
  "use strict";
  const OPEN_AFTER = 150;
  const CLOSE_AFTER = 250;
  let timer = 0;

  const { make, rove } = window.counterpoise;
  const boxOf = (button) => document.getElementById(button.getAttribute("popovertarget"));
  const isOpen = (box) => box.matches(":popover-open");
  const wait = (action, time) => { clearTimeout(timer); timer = setTimeout(action, time); };

  const open = (button, pinned = false) => {
    const box = boxOf(button);
    for (const link of box.querySelectorAll("a")) link.tabIndex = pinned ? 0 : -1;
    const keys = box.querySelector(".kb-keys") ?? box.appendChild(make("p", { className: "kb-keys kb-muted" }));
    keys.textContent = pinned ? "Tab goes to the link, Escape closes." : "Enter keeps this open, left and right go to other words.";
    keys.hidden = !button.matches(":focus-visible");
    if (isOpen(box) && box.kbFrom === button) return;
    if (isOpen(box)) box.hidePopover();
    box.kbFrom = button;
    box.showPopover({ source: button });
  };
  const close = (box) => { if (isOpen(box) && !box.kbPinned) box.hidePopover(); };

  // One stop for the words of a section or fold, between which the arrow keys go; in the HTML each is one of its own.
  const groupOf = (button) => button.closest("details, section, .kb-page");
  const buttons = [...document.querySelectorAll(".kb-tip")];
  for (const group of new Set(buttons.map(groupOf))) rove(group, () => buttons.filter((button) => groupOf(button) === group));

  for (const button of buttons) {
    const box = boxOf(button);
    if (!box || !box.showPopover) continue;
    button.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") wait(() => open(button), OPEN_AFTER); });
    button.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") wait(() => close(box), CLOSE_AFTER); });
    button.addEventListener("focus", () => { if (button.matches(":focus-visible")) { clearTimeout(timer); open(button); } });
    button.addEventListener("blur", (event) => { if (!box.contains(event.relatedTarget)) close(box); });
    button.addEventListener("click", (event) => {
      event.preventDefault();  // the browser would only show it; here a second click closes it again
      clearTimeout(timer);
      const again = isOpen(box) && box.kbPinned && box.kbFrom === button;
      box.kbPinned = false;
      if (again) { box.hidePopover(); return; }
      open(button, true);
      box.kbPinned = true;
    });
  }
  for (const box of document.querySelectorAll(".kb-tipbox")) {
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => wait(() => close(box), CLOSE_AFTER));
    box.addEventListener("focusout", (event) => {
      if (!box.contains(event.relatedTarget) && event.relatedTarget !== box.kbFrom) { box.kbPinned = false; close(box); }
    });
    box.addEventListener("toggle", (event) => { if (event.newState === "closed") box.kbPinned = false; });
  }
})();
