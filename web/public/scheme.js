// Before the first paint: the colour scheme that was chosen by hand, if any; otherwise the system's stands.
try {
  const scheme = localStorage.getItem('shotboard-scheme')
  if (scheme === 'light' || scheme === 'dark') document.documentElement.dataset.scheme = scheme
} catch {
  // A browser that keeps nothing follows the system.
}
