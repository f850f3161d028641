// Opens a library on a data folder, imports an archive and adds images, and tells of everything as soon as it is
// acknowledged, one JSON a line, until it is killed. Arguments: the folder, the archive, and a folder of images to add.
import { readdirSync, readFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { openLibrary } from '../../dist/library/library.js'
import { readSettings } from '../../dist/settings/settings.js'

const [folder = '', archive = '', images = ''] = process.argv.slice(2)
/** @param {object} line */
const tell = (line) => writeSync(1, `${JSON.stringify(line)}\n`)

const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: folder }))
tell({ open: true })

async function* chunks() {
  yield readFileSync(archive)
}
const importing = await library.imports.importArchive({
  name: basename(archive),
  archive: { name: basename(archive), chunks: chunks() },
})
tell({ import: importing.id, archive: basename(archive) })

const dataset = await library.datasets.create({ name: basename(images), classes: [{ name: 'tiny' }] })
tell({ dataset: dataset.id })
for (const name of readdirSync(images)) {
  const base64 = readFileSync(join(images, name)).toString('base64')
  await library.datasets.addImages({
    dataset: dataset.id,
    images: [{ image: { base64 }, class: 'tiny', split: 'TEST' }],
  })
  tell({ dataset: dataset.id, image: name })
}
await library.imports.ended(importing.id)
tell({ done: true })
setInterval(() => {}, 1000)
