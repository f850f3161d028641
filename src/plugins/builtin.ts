import { gda } from '../methods/gda.js'
import { prototype } from '../methods/prototype.js'
import { tipAdapter } from '../methods/tip-adapter.js'
import { tipAdapterPlusPlus } from '../methods/tip-adapter-plus-plus.js'
import { tipX } from '../methods/tip-x.js'
import { tipXPlusPlus } from '../methods/tip-x-plus-plus.js'
import { zeroShot } from '../methods/zero-shot.js'
import { builtinSpaces } from '../spaces/builtin.js'
import type { Plugin } from './plugin.js'
import { builtinName } from './registry.js'

/** What comes with Shotboard, as a plugin like anybody's. */
export const builtin = (): Plugin => ({
  name: builtinName,
  spaces: builtinSpaces(),
  methods: [zeroShot(), tipAdapter(), tipAdapterPlusPlus(), tipX(), tipXPlusPlus(), prototype(), gda()],
})
