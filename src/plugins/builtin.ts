import { ape } from '../methods/ape.js'
import { gda } from '../methods/gda.js'
import { knn } from '../methods/knn.js'
import { lda } from '../methods/lda.js'
import { proker } from '../methods/proker.js'
import { prototype } from '../methods/prototype.js'
import { ridge } from '../methods/ridge.js'
import { sharedPrototype } from '../methods/shared-prototype.js'
import { textPrototype } from '../methods/text-prototype.js'
import { timo, timoS } from '../methods/timo.js'
import { tipAdapter } from '../methods/tip-adapter.js'
import { tipAdapterPlusPlus } from '../methods/tip-adapter-plus-plus.js'
import { tipX } from '../methods/tip-x.js'
import { tipXPlusPlus } from '../methods/tip-x-plus-plus.js'
import { transclip } from '../methods/transclip.js'
import { zeroShot } from '../methods/zero-shot.js'
import { centred } from '../spaces/centred.js'
import { clip } from '../spaces/clip.js'
import { generic, onGeneric } from '../spaces/generic.js'
import { imo } from '../spaces/imo.js'
import { onSpace } from '../spaces/on-space.js'
import { builtinName } from '../spaces/origin.js'
import { plda } from '../spaces/plda.js'
import { shrunk } from '../spaces/shrunk.js'
import { whitened } from '../spaces/whitened.js'
import type { Plugin } from './plugin.js'

/** The methods and spaces that come with Shotboard, as a plugin like any other. */
export const builtin = (): Plugin => ({
  name: builtinName,
  methods: [
    zeroShot(),
    tipAdapter(),
    tipAdapterPlusPlus(),
    tipX(),
    tipXPlusPlus(),
    prototype(),
    gda(),
    textPrototype(),
    sharedPrototype(),
    transclip(),
    lda(),
    ridge(),
    knn(),
    ape(),
    timo(),
    timoS(),
    proker(),
  ],
  spaces: [
    clip(),
    imo(),
    centred(),
    whitened(),
    shrunk(),
    onSpace(centred(), imo(), 'hexagon'),
    onSpace(whitened(), imo(), 'cross'),
    onSpace(shrunk(), imo(), 'wye'),
    generic(),
    onGeneric(centred(), 'triangle-right'),
    onGeneric(whitened(), 'parallelogram'),
    onGeneric(shrunk({ informed: true }), 'shield'),
    plda(),
  ],
})
