// Writes docs/plugin-reference.md: every field of the contract of plugins, read from its types in src/, and what the common
// suite checks of it.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pluginReference } from './lib/plugin-reference.mjs'

const page = fileURLToPath(new URL('../docs/plugin-reference.md', import.meta.url))
const text = await pluginReference()
if (readFileSync(page, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(page, text)
