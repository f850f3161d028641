import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { classNames, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const [first = '', second = '', third = ''] = classNames
  let count = 0
  const fresh = () => makeDataset(library, `Mended on the page ${++count}`, { SUPPORT_POOL: 3, TEST: 2 })
  const classesOf = async (id: string) => (await library.datasets.classes(id)).map(({ name }) => name)
  const placesOf = async (id: string) =>
    (await library.datasets.images(id)).map(({ imageId, classIndex, split }) => [imageId, classIndex, split])

  test('images are selected with the keyboard, moved, and the move is undone', async () => {
    const { id } = await fresh()
    const before = await placesOf(id)
    const page = await open(`/datasets/${id}`)
    await page.getByRole('button', { name: `All images of ${first}` }).click()
    const boxes = page.getByRole('checkbox')
    await boxes.first().focus()
    await page.keyboard.press('Space')
    await boxes.nth(1).check()
    await page.getByText('2 images selected').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByLabel('Move to class').selectOption(third)
    await page.getByText('Moved 2 images.').waitFor()
    expect((await placesOf(id)).filter(([, classIndex]) => classIndex === 2)).toHaveLength(7)
    await page.getByRole('button', { name: 'Undo' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Moved 2 images.').waitFor({ state: 'detached' })
    expect(await placesOf(id)).toEqual(before)
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await excessWidth(page)).toBe(0)
  })

  test('images are added to a class, some at a time, and what is not added is named; adding is undone as one', async () => {
    const { id } = await fresh()
    const before = await placesOf(id)
    const page = await open(`/datasets/${id}`)
    await page.getByRole('button', { name: `Add images to ${second}` }).click()
    const dialog = page.getByRole('dialog')
    const pictures = await Promise.all(
      Array.from({ length: 18 }, async (_, i) => ({
        name: `${i}.png`,
        mimeType: 'image/png',
        buffer: await picture(1, 8200 + i),
      })),
    )
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no image') }
    await dialog.locator('input[type=file]').setInputFiles([...pictures, broken])
    await dialog.getByLabel('Split').selectOption('VALIDATION')
    expect(await seriousFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.getByText('18 images added, 1 left out.').waitFor()
    await dialog.getByText('broken.png:').waitFor()
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    const added = (await placesOf(id)).slice(before.length)
    expect(added.map(([, classIndex, split]) => [classIndex, split])).toEqual(
      Array.from({ length: 18 }, () => [1, 'VALIDATION']),
    )
    await page.getByText('Added 18 images.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Added 18 images.').waitFor({ state: 'detached' })
    expect(await placesOf(id)).toEqual(before)
  })

  test('prompts are changed, and the change is undone', async () => {
    const { id } = await fresh()
    const before = await library.datasets.classes(id)
    const page = await open(`/datasets/${id}`)
    await page.getByRole('button', { name: `Edit the prompts of ${first}` }).click()
    await page.getByLabel('One per line').fill('a sketch.\na painting.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(`Changed the prompts of class "${first}".`).waitFor()
    expect((await library.datasets.classes(id))[0]?.prompts).toEqual(['a sketch.', 'a painting.'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText(`Changed the prompts of class "${first}".`).waitFor({ state: 'detached' })
    expect(await library.datasets.classes(id)).toEqual(before)
  })

  test('images of several classes are removed, and come back', async () => {
    const { id } = await fresh()
    const before = await placesOf(id)
    const page = await open(`/datasets/${id}`)
    for (const name of [first, second]) {
      await page.getByRole('button', { name: `All images of ${name}` }).click()
      await page.getByRole('checkbox').first().check()
      await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click()
    }
    await page.getByText('2 images selected').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Removed 2 images.').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(await placesOf(id)).toHaveLength(before.length - 2)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Removed 2 images.').waitFor({ state: 'detached' })
    expect(await placesOf(id)).toEqual(before)
  })

  test('classes are renamed, merged, deleted and added, and the dataset renamed', async () => {
    const { id } = await fresh()
    const page = await open(`/datasets/${id}`)
    const change = (name: string) => page.getByRole('button', { name: `Change class ${name}` }).click()
    const undo = async () => {
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
      expect(await classesOf(id)).toEqual([first, second, third])
    }
    await change(first)
    await page.getByRole('textbox', { name: 'Name' }).fill(second)
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.locator('[role=dialog] [data-code=CLASS_EXISTS]').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Name' }).fill('wren')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('heading', { name: 'wren' }).waitFor()
    await undo()
    await change(second)
    await page.getByLabel('Merge into').selectOption(third)
    await page.getByRole('button', { name: 'Merge' }).click()
    await page.getByText(`Merged class "${second}" into "${third}".`).waitFor()
    expect(await classesOf(id)).toEqual([first, third])
    await undo()
    await change(third)
    await page.getByRole('button', { name: 'Delete the class and its images' }).click()
    await page.getByText(`Deleted class "${third}" with 5 images.`).waitFor()
    await undo()
    await page.getByRole('button', { name: 'Add a class' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('owl')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Added class "owl".').waitFor()
    await undo()
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('A better name')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { name: 'A better name' }).waitFor()
  })

  test('a dialog keeps its class when an undo gives its place to another', async () => {
    const { id } = await fresh()
    const page = await open(`/datasets/${id}`)
    await page.getByRole('button', { name: `Change class ${second}` }).click()
    await page.getByLabel('Merge into').selectOption(third)
    await page.getByRole('button', { name: 'Merge' }).click()
    await page.getByRole('heading', { name: second, exact: true }).waitFor({ state: 'detached' })

    // What the page reads after the undo is held back until the dialog is open.
    let letThrough = () => {}
    const opened = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query Dataset(')) await opened
      await route.continue()
    })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Change class ${third}` }).click()
    letThrough()
    await page.getByRole('heading', { name: second, exact: true, includeHidden: true }).waitFor()
    await page.getByRole('button', { name: 'Delete the class and its images' }).click()
    await page.getByText(`Deleted class "${third}" with 5 images.`).waitFor()
    expect(await classesOf(id)).toEqual([first, second])
  })

  test('images without a label are labelled, and the label is taken off again', async () => {
    const { id } = await fresh()
    const base64 = (await picture(0, 8123)).toString('base64')
    await library.datasets.addUnlabelled({ dataset: id, images: [{ base64 }] })
    const page = await open(`/datasets/${id}`)
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('checkbox').check()
    await page.getByLabel('Label as').selectOption(second)
    await page.getByText(`Labelled 1 image as "${second}".`).waitFor()
    await page.getByRole('checkbox').waitFor({ state: 'detached' })
    expect(await library.datasets.unlabelled.ids(id)).toEqual([])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('checkbox').waitFor()
    expect(await library.datasets.unlabelled.ids(id)).toHaveLength(1)
  })

  test('selected images are compared as support set, and the comparison says so', async () => {
    const { id } = await fresh()
    const page = await open(`/datasets/${id}`)
    for (const name of classNames) {
      await page.getByRole('button', { name: `All images of ${name}` }).click()
      await page.getByRole('checkbox').first().check()
      await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click()
    }
    await page.getByRole('button', { name: 'Compare with these as support set' }).click()
    await page.getByText(`${classNames.length} chosen images as support set`).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.getByText('chosen by hand').waitFor()
    await page.getByText('1 prompt per class').waitFor()
    const { nodes } = await library.comparisons.page({ first: 1, after: null }, { datasetId: id })
    const listed = await library.comparisons.supportImagesOf([nodes[0]?.id ?? ''])
    expect([...listed.values()].flat()).toHaveLength(classNames.length)
  })
})
