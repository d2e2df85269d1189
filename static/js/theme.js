// The theme follows the system until the person chooses. This file is loaded in the head, before the first paint,
// so that a page never flashes in the other theme; the Content-Security-Policy allows no inline script.
(() => {
  const root = document.documentElement
  const key = 'cairn-theme'

  function chosen() {
    try { return localStorage.getItem(key) } catch { return null } // storage may be blocked: then the system decides
  }

  function apply(theme) {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    else delete root.dataset.theme
  }

  function shown() {
    return root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  }

  apply(chosen())

  document.addEventListener('click', (event) => {
    if (!event.target.closest('.theme-toggle')) return
    const theme = shown() === 'dark' ? 'light' : 'dark'
    apply(theme)
    try { localStorage.setItem(key, theme) } catch { /* the choice then lasts for this page */ }
  })

  addEventListener('storage', (event) => { if (event.key === key) apply(event.newValue) })
})()
