// Writes docs/configuration.md from the settings' schema.
import { writeFileSync } from 'node:fs'
import { documentSettings } from '../dist/settings/document.js'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), documentSettings())
