// Words that explain themselves: their boxes open on a click or a tap without this script; it adds hover and focus.
// Escape closes (the browser's own rule for popovers); the pointer may move into an open box.
(() => {
  "use strict";
  const OPEN_AFTER = 150;
  const CLOSE_AFTER = 250;
  let timer = 0;

  const boxOf = (button) => document.getElementById(button.getAttribute("popovertarget"));
  const isOpen = (box) => box.matches(":popover-open");
  const wait = (action, time) => { clearTimeout(timer); timer = setTimeout(action, time); };

  const open = (button) => {
    const box = boxOf(button);
    if (isOpen(box) && box.kbFrom === button) return;
    if (isOpen(box)) box.hidePopover();
    box.kbFrom = button;
    box.showPopover({ source: button });
  };
  const close = (box) => { if (isOpen(box) && !box.kbPinned) box.hidePopover(); };

  for (const button of document.querySelectorAll(".kb-tip")) {
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
      open(button);
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
