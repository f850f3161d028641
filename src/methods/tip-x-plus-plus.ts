import { colors } from './colors.js'
import { inSpace } from './contract.js'
import { papers } from './papers.js'
import { tipX } from './tip-x.js'

/** Tip-X++: Tip-X whose cache compares adapted features. */
export const tipXPlusPlus = () =>
  inSpace(tipX(), 'imo', {
    id: 'tip-x++',
    name: 'Tip-X++',
    aliases: ['TX++'],
    summary: 'Tip-X with its cache in the space of adapted features, where classes overlap less.',
    paper: papers.overlap,
    color: colors.amber,
  })
