import { colors } from './colors.js'
import { inSpace } from './contract.js'
import { papers } from './papers.js'
import { tipX } from './tip-x.js'

/** Tip-X++: Tip-X whose cache compares images in the adapted space. */
export const tipXPlusPlus = () =>
  inSpace(tipX(), 'imo', {
    id: 'tip-x++',
    name: 'Tip-X++',
    aliases: ['TX++'],
    summary: 'Tip-X whose cache compares images where adapters have reduced the overlap between classes.',
    paper: papers.overlap,
    color: colors.amber,
  })
