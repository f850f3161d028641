import type { Library } from '../library/index.js'
import { collectReport } from './report-data.js'

/**
 * A comparison as one HTML file, without scripts or network requests. Throws UNKNOWN_COMPARISON, or INVALID_VALUE if
 * no run has finished.
 */
export async function reportOn(library: Library, comparison: string): Promise<string> {
  const data = await collectReport(library, comparison)
  // The first report loads the plotting modules, a quarter of all modules, to keep the start fast.
  const { renderReport } = await import('./render.js')
  return renderReport(data)
}
