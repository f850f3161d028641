import type { Library } from '../library/index.js'
import { collectReport } from './report-data.js'

/**
 * A comparison as a person reads it: one HTML file that needs neither a network nor a script. Throws UNKNOWN_COMPARISON,
 * or INVALID_VALUE where none of its runs has finished.
 */
export async function reportOn(library: Library, comparison: string): Promise<string> {
  const data = await collectReport(library, comparison)
  // What draws is a quarter of all the modules that a start would load: it is loaded by the first report.
  const { renderReport } = await import('./render.js')
  return renderReport(data)
}
