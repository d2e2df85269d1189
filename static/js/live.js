// A live region asks the server again by itself (hx-trigger="every …"). It holds still while the page is hidden and
// while something in it that says data-holds is unfolded, or is being typed into: nothing moves under the reader's eyes.
(() => {
  function isBusy(region) {
    const typing = region.contains(document.activeElement) && document.activeElement.matches('input, select, textarea')
    return document.hidden || typing || region.querySelector('[data-holds][open], [popover]:popover-open') !== null
  }

  document.addEventListener('htmx:beforeRequest', (event) => {
    const { elt } = event.detail
    if (elt.matches('[data-live]') && isBusy(elt)) event.preventDefault()
  })
})()
