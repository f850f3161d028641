import { builtinSpaces } from '../spaces/builtin.js'
import { gda } from './gda.js'
import type { Plugin } from './plugin.js'
import { prototype } from './prototype.js'
import { builtinName } from './registry.js'
import { tipAdapter } from './tip-adapter.js'
import { tipAdapterPlusPlus } from './tip-adapter-plus-plus.js'
import { tipX } from './tip-x.js'
import { tipXPlusPlus } from './tip-x-plus-plus.js'
import { zeroShot } from './zero-shot.js'

/** What comes with Shotboard, as a plugin like anybody's. */
export const builtin = (): Plugin => ({
  name: builtinName,
  spaces: builtinSpaces(),
  methods: [zeroShot(), tipAdapter(), tipAdapterPlusPlus(), tipX(), tipXPlusPlus(), prototype(), gda()],
})
