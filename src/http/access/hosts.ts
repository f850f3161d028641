import { BlockList, isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether an address can be reached only from this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))

export type HostSettings = Pick<Settings, 'host' | 'apiKeys' | 'allowedHosts'>

/**
 * Whether the service answers requests with this `Host` header. It protects against DNS rebinding: a web page can make its
 * own name resolve to this machine, and the browser then lets the page use the service. Without keys, only the name in the
 * header shows this. If the setting `allowedHosts` has names, only these and loopback names are allowed.
 */
export function isAllowedHost(
  header: string | undefined,
  { host, apiKeys, allowedHosts }: HostSettings,
): boolean {
  const allowsAll = allowedHosts.length === 0 && (apiKeys.length > 0 || !isLoopback(host))
  if (allowsAll) return true
  const name = hostnameOf(header)
  return name !== undefined && (isLoopback(name) || name === host || allowedHosts.includes(name))
}

/** Refuses requests to other hosts with HOST_NOT_ALLOWED. */
export function requireAllowedHost(settings: HostSettings): RequestHandler {
  return ({ headers }, _response, next) => {
    if (isAllowedHost(headers.host, settings)) next()
    else next(errors.hostNotAllowed({ host: String(headers.host) }))
  }
}

/** The name in `name:port`; an IPv6 address without its brackets. */
function hostnameOf(header: string | undefined): string | undefined {
  const url = `http://${header}`
  return header !== undefined && URL.canParse(url)
    ? new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase()
    : undefined
}
