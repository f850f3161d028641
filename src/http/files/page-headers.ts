/**
 * The headers of a page. It may run the given scripts and talk to this service, nothing else, and no page may frame it.
 * Charts, formulas and editors have style attributes; images before an upload are data URLs.
 */
export const pageHeaders = ({
  scripts = ["'self'"],
  workers = ["'none'"],
  fonts = ["'self'"],
}: {
  readonly scripts?: readonly string[]
  readonly workers?: readonly string[]
  readonly fonts?: readonly string[]
} = {}): Readonly<Record<string, string>> => ({
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    `worker-src ${workers.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `font-src ${fonts.join(' ')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
})
