import { colors } from './colors.js'
import { inSpace } from './contract.js'
import { papers } from './papers.js'
import { tipAdapter } from './tip-adapter.js'

/** Tip-Adapter++: Tip-Adapter whose cache compares images in the adapted space. */
export const tipAdapterPlusPlus = () =>
  inSpace(tipAdapter(), 'imo', {
    id: 'tip-adapter++',
    name: 'Tip-Adapter++',
    aliases: ['TA++'],
    summary:
      'Tip-Adapter whose cache compares images where adapters have reduced the overlap between classes.',
    paper: papers.overlap,
    color: colors.cyan,
  })
