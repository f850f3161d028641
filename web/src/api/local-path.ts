/**
 * The path of an address of the service: the page reads images and files from where it comes from itself, whatever other name the
 * service goes by. Data URLs stay as they are.
 */
export function localPath(address: string): string {
  if (address.startsWith('/') || address.startsWith('data:')) return address
  const { pathname, search } = new URL(address)
  return pathname + search
}
