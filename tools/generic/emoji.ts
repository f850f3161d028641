import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The vendors whose pictures may be used: Twemoji (CC BY 4.0) and Noto (Apache 2.0), 64×64 pixels each. */
const vendors = ['twitter', 'google'] as const

/** Every emoji that both vendors drew, but for those that differ by the tone of a skin or are flags: a class of two images. */
export async function emojiImages(modules: string) {
  const folders = vendors.map((vendor) => join(modules, `emoji-datasource-${vendor}`, 'img', vendor, '64'))
  const lists = await Promise.all(folders.map(async (folder) => new Set(await readdir(folder))))
  const names = [...(lists[0] as Set<string>)]
    .filter((name) => lists[1]?.has(name) && !/1f3f[b-f]|^1f1[e-f]/.test(name))
    .sort()
  const images: { id: string; label: number; read: () => Promise<Buffer> }[] = []
  for (const [label, name] of names.entries()) {
    for (const folder of folders) {
      const bytes = await readFile(join(folder, name))
      images.push({ id: createHash('sha256').update(bytes).digest('hex'), label, read: async () => bytes })
    }
  }
  return images
}
