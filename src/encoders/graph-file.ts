import { join } from 'node:path'
import { errors } from '../errors.js'
import type { ModelFolder, TowerGraph } from './manifest.js'

/** The path of a tower's graph. Throws REMOTE_ENCODER for one that a server runs. */
export function graphFile({ folder, manifest }: ModelFolder, tower: TowerGraph): string {
  if ('endpoint' in tower) throw errors.remoteEncoder({ encoder: manifest.id })
  return join(folder, tower.file)
}

/** How errors call a tower: its file, or its address. */
export const nameOfTower = ({ folder }: ModelFolder, tower: TowerGraph): string =>
  'endpoint' in tower ? `${tower.endpoint.url} (${tower.endpoint.model})` : join(folder, tower.file)
