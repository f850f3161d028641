import { describe, expect, test } from 'vitest'
import { imagesAt, readLayout as read } from './read-layout.js'

describe('tables', () => {
  test.each([
    ['labels.csv', 'file_name,label\n1.jpg,cat\n2.jpg,dog\n'],
    ['labels.tsv', 'Image Path\tClass Name\n1.jpg\tcat\n2.jpg\tdog\n'],
    ['any name.csv', 'id;breed\n1;cat\n2;dog\n'],
    ['labels.csv', '\ufefffile_name,label\r\n"1.jpg","cat"\r\n./2.jpg,dog\r\n'],
    ['metadata.jsonl', '{"file_name":"1.jpg","label":"cat"}\n{"file_name":"2.jpg","label":"dog"}\n'],
    [
      'train.ndjson',
      '{"path":"/home/me/data/1.jpg","class":"cat"}\n{"path":"/home/me/data/2.jpg","class":"dog"}',
    ],
    [
      'labels.json',
      '[{"image":"C:\\\\data\\\\1.jpg","target":"cat"},{"image":"C:\\\\data\\\\2.jpg","target":"dog"}]',
    ],
    ['numbers and names.csv', 'filename,label,class_name\n1.jpg,0,cat\n2.jpg,1,dog\n'],
  ])('%s %j gives the classes, and no folder does', async (name, text) => {
    for (const folder of ['', 'images/', 'photos/all of them/']) {
      const { labels, left } = await read({ [name]: text, ...imagesAt(`${folder}1.jpg`, `${folder}2.jpg`) })
      expect(labels).toEqual({ [`${folder}1.jpg`]: 'cat', [`${folder}2.jpg`]: 'dog' })
      expect(left).toEqual({})
    }
  })

  test('UTF-16, as spreadsheets save it', async () => {
    const text = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('file\tlabel\n1.jpg\tkatė\n', 'utf16le'),
    ])
    expect((await read({ 'labels.tsv': text, ...imagesAt('1.jpg') })).labels).toEqual({ '1.jpg': 'katė' })
  })

  test('a column gives the splits; without one, folders or the name of the file do, and else the rule', async () => {
    const column = await read({
      'labels.csv': 'file,label,split\n1.jpg,cat,Train\n2.jpg,cat,dev\n3.jpg,cat,test\n',
      ...imagesAt('1.jpg', '2.jpg', '3.jpg'),
    })
    expect(Object.values(column.splits)).toEqual(['SUPPORT_POOL', 'VALIDATION', 'TEST'])
    const folders = await read({
      'labels.csv': 'file,label\ntrain/1.jpg,cat\ntest/1.jpg,dog\n',
      ...imagesAt('train/1.jpg', 'test/1.jpg'),
    })
    expect(folders.splits).toEqual({ 'train/1.jpg': 'SUPPORT_POOL', 'test/1.jpg': 'TEST' })
    const names = await read({
      'train.csv': 'file,label\n1.jpg,cat\n',
      'val_labels.csv': 'file,label\n2.jpg,cat\n',
      ...imagesAt('1.jpg', '2.jpg'),
    })
    expect(names.splits).toEqual({ '1.jpg': 'SUPPORT_POOL', '2.jpg': 'VALIDATION' })
    const beside = await read({
      'labels.csv': 'file,label\n1.jpg,cat\nmore/far/2.jpg,cat\n',
      ...imagesAt('1.jpg', 'more/far/2.jpg'),
    })
    expect(Object.keys(beside.labels)).toEqual(['1.jpg', 'more/far/2.jpg'])
    const rule = await read({ 'labels.csv': 'file,label\n1.jpg,cat\n', ...imagesAt('1.jpg') })
    expect(rule.splits).toEqual({ '1.jpg': 'SUPPORT_POOL' })
  })

  test('a metadata file in every split, as dataset hubs have them', async () => {
    const { labels, splits, left } = await read({
      'train/metadata.csv': 'file_name,label\n1.jpg,cat\n2.jpg,dog\n',
      'test/metadata.csv': 'file_name,label\n1.jpg,dog\n',
      ...imagesAt('train/1.jpg', 'train/2.jpg', 'test/1.jpg'),
    })
    expect(labels).toEqual({ 'test/1.jpg': 'dog', 'train/1.jpg': 'cat', 'train/2.jpg': 'dog' })
    expect(splits['test/1.jpg']).toBe('TEST')
    expect(left).toEqual({})
  })

  test('files that it names and are not there, and files that it does not name, are told, and the rest is imported', async () => {
    const { labels, left, reasons } = await read({
      'labels.csv': 'file,label\n1.jpg,cat\n2.jpg,dog\ngone.jpg,cat\n4.jpg,\n',
      ...imagesAt('1.jpg', '2.jpg', '3.jpg', '4.jpg', 'notes.txt'),
    })
    expect(labels).toEqual({ '1.jpg': 'cat', '2.jpg': 'dog' })
    expect(left).toEqual({
      'labels.csv': 'LABELLED_FILES_MISSING',
      '3.jpg': 'IMAGE_WITHOUT_LABEL',
      '4.jpg': 'IMAGE_WITHOUT_LABEL',
      'notes.txt': 'FILE_NOT_IMPORTED',
    })
    expect(reasons['labels.csv']).toContain('1 file that is not there: gone.jpg')
  })

  test('an image with two labels is a conflict, and has none; the same label twice is none', async () => {
    const { labels, left, reasons } = await read({
      'labels.csv': 'file,label\n1.jpg,cat\n1.jpg,dog\n2.jpg,dog\n2.jpg,dog\n',
      ...imagesAt('1.jpg', '2.jpg'),
    })
    expect(labels).toEqual({ '2.jpg': 'dog' })
    expect(left).toEqual({ '1.jpg': 'LABEL_CONFLICT' })
    expect(reasons['1.jpg']).toContain('"cat" and as "dog"')
  })

  test('an image in two splits is a conflict', async () => {
    const { left } = await read({
      'train.csv': 'file,label\n1.jpg,cat\n2.jpg,cat\n',
      'test.csv': 'file,label\n1.jpg,cat\n',
      ...imagesAt('1.jpg', '2.jpg'),
    })
    expect(left).toEqual({ '1.jpg': 'SPLIT_CONFLICT' })
  })

  test.each([
    ['an unknown split', 'file,label,split\n1.jpg,cat,extra\n', 'row 1 has the split "extra"'],
    ['a line that is no JSON', '{"file":"1.jpg","label":"cat"}\n{"file":', 'line 2 is not JSON'],
    ['an open quote', 'file,label\n"1.jpg,cat\n', 'Quote'],
  ])('%s makes the file unusable, and nothing is imported', async (_, text, says) => {
    const name = text.startsWith('{') ? 'labels.jsonl' : 'labels.csv'
    const reading = read({ [name]: text, ...imagesAt('a/1.jpg', '1.jpg') })
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_LABELS' })
    await expect(reading).rejects.toThrow(says)
  })

  test('a table that is about something else, and captions, leave the classes to the folders', async () => {
    const { labels, left } = await read({
      'metadata.csv': 'file_name,text\na/1.jpg,a cat on a mat\n',
      'prices.csv': 'name,price\na,2\n',
      'few.csv': 'file,label\na/1.jpg,suspicious\n',
      'a/1.json': '{"width":2}',
      ...imagesAt('a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/2.jpg'),
    })
    expect(labels).toMatchObject({ 'a/1.jpg': 'a', 'a/2.jpg': 'a', 'b/1.jpg': 'b', 'b/2.jpg': 'b' })
    expect(Object.keys(left)).toEqual(expect.arrayContaining(['metadata.csv', 'prices.csv', 'few.csv']))
  })
})

describe('a chosen file of labels', () => {
  const files = {
    'extra/list.csv': 'where,what,part\n1.jpg,cat,train\n2.jpg,dog,test\n',
    ...imagesAt('a/1.jpg', 'a/2.jpg', 'b/3.jpg'),
  }

  test('is used alone, with its columns, also where folders are classes', async () => {
    const columns = { path: 'where', label: 'what', split: 'part' }
    const { labels, splits, left } = await read(files, { labels: { file: 'extra/list.csv', columns } })
    expect(labels).toEqual({ 'a/1.jpg': 'cat', 'a/2.jpg': 'dog' })
    expect(splits).toEqual({ 'a/1.jpg': 'SUPPORT_POOL', 'a/2.jpg': 'TEST' })
    expect(left).toEqual({ 'b/3.jpg': 'IMAGE_WITHOUT_LABEL' })
  })

  test('may lie outside the source', async () => {
    const content = Buffer.from('file,label\n1.jpg,cat\n2.jpg,dog\n3.jpg,dog\n')
    const { classes } = await read(imagesAt('a/1.jpg', 'a/2.jpg', 'b/3.jpg'), {
      labels: { file: '/elsewhere/labels.csv', content },
    })
    expect(classes).toEqual(['cat', 'dog'])
  })

  test.each([
    [{ file: 'nothing.csv' }, 'labels.file', 'there is no such file'],
    [{ file: 'a/1.jpg' }, 'labels.file', 'ends in .csv'],
    [{ file: 'list.csv' }, 'labels.file', 'its columns: where, what, part'],
    [{ file: 'list.csv', columns: { path: 'nowhere' } }, 'labels.pathColumn', 'no column "nowhere"'],
    [{ file: 'list.csv', columns: { path: 'where', label: 'x' } }, 'labels.labelColumn', 'no column "x"'],
    [{ file: 'list.csv', columns: { path: 'what', label: 'where' } }, 'labels.file', 'none of the files'],
  ])('%j is refused with the argument at fault', async (labels, argument, says) => {
    const reading = read(files, { labels })
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_LABELS', argument })
    await expect(reading).rejects.toThrow(says)
  })
})

describe("CoOp's splits", () => {
  const split = {
    train: [['airplanes/1.jpg', 0, 'airplane']],
    val: [['airplanes/2.jpg', 0, 'airplane']],
    test: [
      ['Faces/1.jpg', 1, 'face'],
      ['Faces/9.jpg', 1, 'face'],
    ],
  }

  test('name images below the folder of images, with the splits of the papers', async () => {
    const images = ['airplanes/1.jpg', 'airplanes/2.jpg', 'airplanes/3.jpg', 'Faces/1.jpg']
    const { labels, splits, left } = await read({
      'caltech-101/split_zhou_Caltech101.json': JSON.stringify(split),
      ...imagesAt(...images.map((path) => `caltech-101/101_ObjectCategories/${path}`)),
    })
    const at = (path: string) => `caltech-101/101_ObjectCategories/${path}`
    expect(splits).toEqual({
      [at('airplanes/1.jpg')]: 'SUPPORT_POOL',
      [at('airplanes/2.jpg')]: 'VALIDATION',
      [at('Faces/1.jpg')]: 'TEST',
    })
    expect(labels[at('Faces/1.jpg')]).toBe('face')
    expect(left).toEqual({
      [at('airplanes/3.jpg')]: 'IMAGE_WITHOUT_LABEL',
      'caltech-101/split_zhou_Caltech101.json': 'LABELLED_FILES_MISSING',
    })
  })

  test('cut short are unusable', async () => {
    const text = JSON.stringify(split).slice(0, -10)
    await expect(read({ 'split_zhou.json': text, ...imagesAt('airplanes/1.jpg') })).rejects.toMatchObject({
      code: 'INVALID_LABELS',
    })
  })
})

describe('COCO', () => {
  const coco = (annotations: readonly (readonly [number, number])[]) =>
    JSON.stringify({
      info: {},
      images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg`, width: 9, height: 9 })),
      annotations: annotations.map(([image_id, category_id], id) => ({
        id,
        image_id,
        category_id,
        bbox: [],
      })),
      categories: [
        { id: 7, name: 'cat' },
        { id: 8, name: 'dog' },
      ],
    })

  test('an image has the category of its boxes; with two, or none, it is named', async () => {
    const { labels, splits, left } = await read({
      'annotations/instances_val2017.json': coco([
        ...([
          [1, 7],
          [1, 7],
          [2, 7],
          [2, 8],
        ] as const),
      ]),
      ...imagesAt('val2017/1.jpg', 'val2017/2.jpg', 'val2017/3.jpg'),
    })
    expect(labels).toEqual({ 'val2017/1.jpg': 'cat' })
    expect(splits).toEqual({ 'val2017/1.jpg': 'VALIDATION' })
    expect(left['val2017/2.jpg']).toBe('LABEL_CONFLICT')
  })

  test('beside the images of each split, as labelling tools export it', async () => {
    const { labels, splits } = await read({
      'train/_annotations.coco.json': coco([
        [1, 7],
        [2, 8],
        [3, 8],
      ]),
      'valid/_annotations.coco.json': coco([
        [1, 8],
        [2, 8],
        [3, 7],
      ]),
      ...imagesAt(...['train', 'valid'].flatMap((folder) => [1, 2, 3].map((id) => `${folder}/${id}.jpg`))),
    })
    expect(labels).toMatchObject({ 'train/1.jpg': 'cat', 'valid/1.jpg': 'dog' })
    expect(splits).toMatchObject({ 'train/1.jpg': 'SUPPORT_POOL', 'valid/1.jpg': 'VALIDATION' })
  })

  test('a category that is not there makes the file unusable', async () => {
    const reading = read({ 'coco.json': coco([[1, 9]]), ...imagesAt('1.jpg', '2.jpg', '3.jpg') })
    await expect(reading).rejects.toThrow('no category has the id 9')
  })
})

describe('labels in files beside the images', () => {
  test('a number counts the lines of classnames.txt; a shard named after a split is in it', async () => {
    const { labels, splits, left } = await read({
      'classnames.txt': 'cat\nlong-haired dog\n',
      'train/0/a.cls': '0',
      'train/0/b.cls': '1\n',
      'set-test-0001/c.cls': '1',
      ...imagesAt('train/0/a.jpg', 'train/0/b.seg.jpg', 'set-test-0001/c.webp', 'train/0/d.jpg'),
    })
    expect(labels).toEqual({
      'set-test-0001/c.webp': 'long-haired dog',
      'train/0/a.jpg': 'cat',
      'train/0/b.seg.jpg': 'long-haired dog',
    })
    expect(splits).toMatchObject({ 'set-test-0001/c.webp': 'TEST', 'train/0/a.jpg': 'SUPPORT_POOL' })
    expect(left).toEqual({ 'train/0/d.jpg': 'IMAGE_WITHOUT_LABEL' })
  })

  test('texts are labels where classnames.txt has them, and captions where there is none', async () => {
    const images = imagesAt('0/a.jpg', '0/b.jpg')
    const { labels } = await read({
      'classnames.txt': 'cat\ndog',
      '0/a.txt': 'dog',
      '0/b.txt': '0',
      ...images,
    })
    expect(labels).toEqual({ '0/a.jpg': 'dog', '0/b.jpg': 'cat' })
    const captions = await read({ 'cat/a.txt': 'a cat', ...imagesAt('cat/a.jpg', 'dog/b.jpg') })
    expect(captions.classes).toEqual(['cat', 'dog'])
  })

  test.each(['2', '', 'bird'])('the label %j is none of two classes', async (label) => {
    const files = { 'classnames.txt': 'cat\ndog', '0/a.cls': label, ...imagesAt('0/a.jpg') }
    await expect(read(files)).rejects.toMatchObject({ code: 'INVALID_LABELS' })
  })
})

describe('folders', () => {
  test.each([
    [['train_set', 'val_set', 'test_set']],
    [['Training Set', 'Validation Set', 'Testing Set']],
    [['01_train', 'val-data', 'test1']],
    [['seg_train', 'seg_val', 'seg_test']],
    [['cars_train2017', 'cars_val2017', 'cars_test2017']],
    [['train/train', 'val/val', 'test/test']],
    [['training_set/training_set', 'val_set/val_set', 'test_set/test_set']],
    [['train/images', 'val/images', 'test/images']],
    [['images/train', 'images/val', 'images/test']],
  ])('%j are splits', async ([train = '', val = '', test = '']) => {
    const paths = [`${train}/cat/1.jpg`, `${train}/dog/2.jpg`, `${val}/cat/3.jpg`, `${test}/dog/4.jpg`]
    const { classes, splits } = await read(imagesAt(...paths))
    expect(classes).toEqual(['cat', 'dog'])
    expect(paths.map((path) => splits[path])).toEqual(['SUPPORT_POOL', 'SUPPORT_POOL', 'VALIDATION', 'TEST'])
  })

  test('whose names have the word of a split are classes where they differ by more', async () => {
    const paths = ['train ticket/1.jpg', 'test tube/2.jpg', 'valid passport/3.jpg']
    expect((await read(imagesAt(...paths))).classes).toEqual(['test tube', 'train ticket', 'valid passport'])
  })

  test('class/split/image is read so where some images lie beside the splits, which are told', async () => {
    const paths = ['cat/train/1.jpg', 'cat/val/2.jpg', 'dog/train/1.jpg', 'dog/3.jpg']
    const { splits, left } = await read(imagesAt(...paths))
    expect(Object.values(splits)).toEqual(['SUPPORT_POOL', 'VALIDATION', 'SUPPORT_POOL'])
    expect(Object.keys(left)).toEqual(['dog/3.jpg'])
  })

  test('without images, such as those of notes, are no obstacle to the folder around all images', async () => {
    const { classes } = await read({
      'docs/a/b.md': '',
      ...imagesAt('data/images/cat/1.jpg', 'data/images/dog/2.jpg'),
    })
    expect(classes).toEqual(['cat', 'dog'])
  })

  test('class/split/image is read as split/class/image', async () => {
    const { labels, splits } = await read(imagesAt('cat/train/1.jpg', 'cat/test/1.jpg', 'dog/train/2.jpg'))
    expect(labels).toMatchObject({ 'cat/test/1.jpg': 'cat', 'dog/train/2.jpg': 'dog' })
    expect(splits['cat/test/1.jpg']).toBe('TEST')
  })

  test('the folder nearest to the image may be the class', async () => {
    const paths = ['train/pets/cat/1.jpg', 'train/farm/cow/images/2.jpg', 'test/pets/cat/3.jpg']
    expect((await read(imagesAt(...paths))).classes).toEqual(['farm', 'pets'])
    expect((await read(imagesAt(...paths), { classFrom: 'PARENT' })).classes).toEqual(['cat', 'cow'])
    const unsplit = await read(imagesAt('x/cat/1.jpg', 'y/cat/1.jpg', 'y/dog/1.jpg'), { classFrom: 'PARENT' })
    expect(unsplit.labels).toEqual({ 'x/cat/1.jpg': 'cat', 'y/cat/1.jpg': 'cat', 'y/dog/1.jpg': 'dog' })
  })

  test('splits without classes are no classes', async () => {
    await expect(read(imagesAt('train/1.jpg', 'test/2.jpg'))).rejects.toThrow(
      'which are splits and not classes',
    )
  })

  test('classes whose names differ only by case are told', async () => {
    const { classes, warnings } = await read(imagesAt('train/Cat/1.jpg', 'test/cat/2.jpg', 'test/dog/3.jpg'))
    expect(classes).toEqual(['Cat', 'cat', 'dog'])
    expect(warnings).toEqual(['SIMILAR_CLASS_NAMES'])
  })
})

describe('files of LabelMe beside the images', () => {
  const labelMe = (name: string, labels: readonly string[], flags: Readonly<Record<string, boolean>> = {}) =>
    JSON.stringify({
      version: '5.4.1',
      flags,
      shapes: labels.map((label) => ({ label, points: [[1, 2]], shape_type: 'polygon' })),
      imagePath: `${name}.jpg`,
      imageData: null,
      imageHeight: 9,
      imageWidth: 9,
    })

  test('an image has the label of its shapes, or the flag that is set; one with two, or none, is named', async () => {
    const { labels, left } = await read({
      'images/1.json': labelMe('1', ['cat', 'cat']),
      'images/2.json': labelMe('2', ['eye'], { dog: true, cat: false }),
      'images/3.json': labelMe('3', ['cat', 'dog']),
      'images/4.json': labelMe('4', []),
      ...imagesAt(...[1, 2, 3, 4, 5].map((name) => `images/${name}.jpg`)),
    })
    expect(labels).toEqual({ 'images/1.jpg': 'cat', 'images/2.jpg': 'dog' })
    expect(left).toEqual({
      'images/3.jpg': 'LABEL_CONFLICT',
      'images/4.jpg': 'IMAGE_WITHOUT_LABEL',
      'images/5.jpg': 'IMAGE_WITHOUT_LABEL',
    })
  })

  test('in folders of classes mark parts of what the folder names', async () => {
    const { labels } = await read({
      'cat/1.json': labelMe('1', ['eye']),
      'dog/2.json': labelMe('2', ['nose']),
      ...imagesAt('cat/1.jpg', 'dog/2.jpg'),
    })
    expect(labels).toMatchObject({ 'cat/1.jpg': 'cat', 'dog/2.jpg': 'dog' })
  })
})

describe('a project of VIA', () => {
  const project = (attributes: readonly Readonly<Record<string, unknown>>[]) =>
    JSON.stringify({
      _via_img_metadata: Object.fromEntries(
        attributes.map((file_attributes, i) => [
          `${i}`,
          { filename: `${i + 1}.jpg`, size: 1, regions: {}, file_attributes },
        ]),
      ),
    })
  const images = imagesAt('x/1.jpg', 'x/2.jpg')

  test('with several attributes needs one that is named as a label, or is given', async () => {
    const named = [
      { weather: 'rain', class: 'cat' },
      { weather: 'sun', class: 'dog' },
    ]
    const { labels } = await read({ 'via.json': project(named), ...images })
    expect(labels).toEqual({ 'x/1.jpg': 'cat', 'x/2.jpg': 'dog' })
    const given = { labels: { file: 'via.json', columns: { label: 'weather' } } }
    expect((await read({ 'via.json': project(named), ...images }, given)).labels).toEqual({
      'x/1.jpg': 'rain',
      'x/2.jpg': 'sun',
    })
    const others = [
      { weather: 'rain', time: 'day' },
      { weather: 'sun', time: 'night' },
    ]
    const { labels: byFolder, reasons } = await read({ 'via.json': project(others), ...images })
    expect(byFolder).toEqual({ 'x/1.jpg': 'x', 'x/2.jpg': 'x' })
    expect(reasons['via.json']).toContain('there are weather, time')
    const missing = { labels: { file: 'via.json', columns: { label: 'kind' } } }
    await expect(read({ 'via.json': project(named), ...images }, missing)).rejects.toThrow(
      'no image or region has the attribute kind',
    )
  })

  test('of version 3 is named with what to do', async () => {
    const { reasons } = await read({
      'via.json': JSON.stringify({ project: { vid_list: ['1'] }, view: {}, metadata: {} }),
      ...images,
    })
    expect(reasons['via.json']).toContain('projects of VIA 3 are not read')
  })
})
