// Northwind's own script: sends its forms without a reload, and tells the embedded checklist where to get a fresh token.
// Without it every form still works, by a full page.
const said = document.getElementById("said");
const checklist = document.querySelector("cairn-checklist");

// Set before the element is defined or after: its class picks up a property that was there first.
checklist.getToken = async () => {
  const answer = await fetch(checklist.dataset.renew, { cache: "no-store" });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return (await answer.json()).token;
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "leaves" in form.dataset) return;
  event.preventDefault();
  send(form, event.submitter);
});

async function send(form, button) {
  if (button.getAttribute("aria-busy")) return; // a double click is one click
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), button.id);
  } catch (problem) {
    button.removeAttribute("aria-busy");
    said.textContent = `That did not reach Northwind (${problem.message}). Try again.`;
  }
}

// Take over the page's main part from the answer; the checklist stays as it is, and so do focus, choices and open menus.
function show(fresh, pressed) {
  const before = document.getElementById("product");
  const after = document.importNode(fresh.getElementById("product"), true);
  for (const select of before.querySelectorAll("form[id] select")) {
    after.querySelector(`#${select.form.id} select[name="${select.name}"]`).value = select.value;
  }
  for (const menu of before.querySelectorAll("details[open]")) after.querySelector(`#${menu.id}`).open = true;
  before.replaceWith(after);
  document.getElementById(pressed)?.focus({ preventScroll: true });
  said.textContent = [...after.querySelectorAll("[data-said]")].map((each) => each.textContent.trim()).join(" ");
}
