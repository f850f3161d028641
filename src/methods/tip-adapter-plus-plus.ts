import { colors } from './colors.js'
import { inSpace } from './contract.js'
import { papers } from './papers.js'
import { tipAdapter } from './tip-adapter.js'

/** Tip-Adapter++: Tip-Adapter whose cache compares adapted features. */
export const tipAdapterPlusPlus = () =>
  inSpace(tipAdapter(), 'imo', {
    id: 'tip-adapter++',
    name: 'Tip-Adapter++',
    aliases: ['TA++'],
    summary: 'Tip-Adapter with its cache in the space of adapted features, where classes overlap less.',
    paper: papers.overlap,
    color: colors.cyan,
  })
