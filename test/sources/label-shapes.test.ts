import { describe, expect, test } from 'vitest'
import { type Files, imagesAt, readLayout } from './read-layout.js'

/** What VIA says of images, as attributes of them or of a region. */
const via = (where: 'file_attributes' | 'region_attributes') =>
  Object.fromEntries(
    ['Katze', 'Hund'].map((kind, i) => {
      const [ofImage, ofRegion] = where === 'file_attributes' ? [{ kind }, {}] : [{ caption: '' }, { kind }]
      const regions = [{ shape_attributes: { name: 'rect', x: 1 }, region_attributes: ofRegion }]
      return [`${i + 1}.jpg99`, { filename: `${i + 1}.jpg`, size: 99, regions, file_attributes: ofImage }]
    }),
  )

/** One way in which people say that 1.jpg is a cat and 2.jpg a dog. The value is the file of labels. */
const shapes: Record<string, readonly [name: string, content: string | Buffer]> = {
  'two columns of any names, by what they hold': ['train.csv', 'Datei;Klasse\n1.jpg;Katze\n2.jpg;Hund\n'],
  'no header': ['list.csv', '1.jpg,Katze\n2.jpg,Hund\n'],
  'no header, with a split before the path': [
    'all.csv',
    'UNASSIGNED,gs://bucket/x/1.jpg,Katze\nUNASSIGNED,gs://bucket/x/2.jpg,Hund\n',
  ],
  "a separator's line of a spreadsheet": [
    'labels.csv',
    'sep=;\r\nfile;label\r\n1.jpg;Katze\r\n2.jpg;Hund\r\n',
  ],
  'remarks before the header': ['labels.csv', '# made by hand\nfile,label\n1.jpg,Katze\n2.jpg,Hund\n'],
  bars: ['labels.csv', 'file|label\n1.jpg|Katze\n2.jpg|Hund\n'],
  spaces: ['labels.csv', 'file label\n1.jpg Katze\n2.jpg Hund\n'],
  'UTF-16 from the big end': [
    'labels.csv',
    Buffer.concat([
      Buffer.from([0xfe, 0xff]),
      Buffer.from('file,label\n1.jpg,Katze\n2.jpg,Hund\n', 'utf16le').swap16(),
    ]),
  ],
  'paths in capitals': ['LABELS.CSV', 'FILENAME,LABEL\nDATA/1.JPG,Katze\nDATA/2.JPG,Hund\n'],
  'another ending': ['labels.csv', 'file,label\n1.png,Katze\n2.png,Hund\n'],
  addresses: [
    'labels.csv',
    'url,label\nhttps://a.org/x/1.jpg?size=3,Katze\nhttps://a.org/x/2.jpg#top,Hund\n',
  ],
  'paths in a query': [
    'project.csv',
    'image,id,choice\n/data/local-files/?d=x/1.jpg,1,Katze\n/data/local-files/?d=x/2.jpg,2,Hund\n',
  ],
  "a labelling tool's random part": [
    'min.json',
    '[{"image":"/data/upload/7/0a1b2c3d-1.jpg","choice":"Katze"},{"image":"/data/upload/7/4e5f6a7b-2.jpg","choice":"Hund"}]',
  ],
  "a labelling tool's tasks": [
    'export.json',
    JSON.stringify(
      ['Katze', 'Hund'].map((name, i) => ({
        id: i,
        data: { image: `/data/upload/${i + 1}.jpg` },
        annotations: [{ id: i, result: [{ value: { choices: [name] }, type: 'choices' }] }],
      })),
    ),
  ],
  'one column a class': ['_classes.csv', 'filename, Katze, Hund\n1.jpg, 1, 0\n2.jpg, 0, 1\n'],
  'one column a class, as 1.0': ['truth.csv', 'image,Katze,Hund\n1,1.0,0.0\n2,0.0,1.0\n'],
  'a list as Python writes it': ['labels.csv', "file,labels\n1.jpg,['Katze']\n2.jpg,['Hund']\n"],
  'quotes, commas and lines in a name': ['labels.csv', 'file,label\n"1.jpg","Katze"\n"2.jpg",Hund\n'],
  'a map of images': ['labels.json', '{"x/1.jpg":"Katze","x/2.jpg":"Hund"}'],
  'a map of images and objects': [
    'labels.json',
    '{"1.jpg":{"label":"Katze","n":1},"2.jpg":{"label":"Hund","n":2}}',
  ],
  'a map of classes and lists': ['labels.json', '{"Katze":["1.jpg"],"Hund":["2.jpg"]}'],
  'objects inside another': [
    'data.json',
    '{"info":{"year":1},"data":[{"image":"1.jpg","label":"Katze"},{"image":"2.jpg","label":"Hund"}]}',
  ],
  'pairs in dataset.json': ['dataset.json', '{"labels":[["x/1.jpg","Katze"],["x/2.jpg","Hund"]]}'],
  'objects in dataset.json': [
    'dataset.json',
    '[{"image":"1.jpg","label":"Katze"},{"image":"2.jpg","label":"Hund"}]',
  ],
  'classes and the numbers of images': ['labels.json', '{"classes":["Katze","Hund"],"labels":{"1":0,"2":1}}'],
  'nested JSON Lines': [
    'train.jsonl',
    '{"image":{"path":"1.jpg","bytes":null},"label":"Katze"}\n{"image":{"path":"2.jpg"},"label":"Hund"}\n',
  ],
  'pairs in JSON Lines': ['labels.jsonl', '["1.jpg","Katze"]\n["2.jpg","Hund"]\n'],
  "a cloud's JSON Lines": [
    'import.jsonl',
    '{"imageGcsUri":"gs://b/x/1.jpg","classificationAnnotation":{"displayName":"Katze"}}\n{"imageGcsUri":"gs://b/x/2.jpg","classificationAnnotation":{"displayName":"Hund"}}\n',
  ],
  "another cloud's manifest": [
    'output.manifest',
    '{"source-ref":"s3://b/x/1.jpg","job":0,"job-metadata":{"class-name":"Katze"}}\n{"source-ref":"s3://b/x/2.jpg","job":1,"job-metadata":{"class-name":"Hund"}}\n',
  ],
  'lines of a path and a name': ['all.txt', 'x/1.jpg Katze\nx/2.jpg Hund\n'],
  'lines with a header': ['labels.txt', 'filename\tlabel\n1.jpg\tKatze\n2.jpg\tHund\n'],
  "Datumaro's items": [
    'default.json',
    JSON.stringify({
      categories: { label: { labels: [{ name: 'Hund' }, { name: 'Katze' }] } },
      items: [1, 0].map((label_id, i) => ({
        id: `${i + 1}`,
        annotations: [{ type: 'label', label_id }],
        image: { path: `${i + 1}.jpg` },
      })),
    }),
  ],
  'names of columns without underscores': ['train.csv', 'ImageName,ClassName\n1.jpg,Katze\n2.jpg,Hund\n'],
  'a column with the word in its name': [
    'train.csv',
    'Image Index,Finding Labels,Age,Sex\n1.jpg,Katze,3,m\n2.jpg,Hund,4,f\n',
  ],
  'numbers that a spreadsheet made decimal': ['labels.csv', 'id,label\n1.0,Katze\n2.0,Hund\n'],
  'a project of VIA': [
    'via_project.json',
    JSON.stringify({ _via_settings: {}, _via_img_metadata: via('file_attributes') }),
  ],
  "VIA's regions": ['via_export_json.json', JSON.stringify(via('region_attributes'))],
  "VIA's table": [
    'via_export_csv.csv',
    '#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n' +
      '1.jpg,9,"{}",2,0,"{""name"":""rect""}","{""kind"":""Katze""}"\n' +
      '1.jpg,9,"{}",2,1,"{""name"":""rect""}","{""kind"":""Katze""}"\n' +
      '2.jpg,9,"{}",1,0,"{""name"":""rect""}","{""kind"":{""Hund"":true,""Katze"":false}}"\n',
  ],
  'empty lines before the header': ['labels.csv', '\r\n\r\nfile,label\r\n1.jpg,Katze\r\n2.jpg,Hund\r\n'],
  'lines with tabs': ['all.lst', '1.jpg\tKatze\n2.jpg\tHund\n'],
}

describe('that 1.jpg is of one class and 2.jpg of another is read from', () => {
  test.each(Object.entries(shapes))('%s', async (_, [name, content]) => {
    for (const folder of ['x/', 'images/']) {
      const { labels, left } = await readLayout({
        [name]: content,
        ...imagesAt(`${folder}1.jpg`, `${folder}2.jpg`),
      })
      expect(labels).toEqual({ [`${folder}1.jpg`]: 'Katze', [`${folder}2.jpg`]: 'Hund' })
      expect(left).toEqual({})
    }
  })

  test('the columns that an export of a labelling tool has in each split', async () => {
    const { labels, splits } = await readLayout({
      'train/_classes.csv': 'filename, cat, dog\na.jpg, 1, 0\nb.jpg, 0, 1\n',
      'valid/_classes.csv': 'filename, cat, dog\nc.jpg, 1, 0\n',
      ...imagesAt('train/a.jpg', 'train/b.jpg', 'valid/c.jpg'),
    })
    expect(labels).toEqual({ 'train/a.jpg': 'cat', 'train/b.jpg': 'dog', 'valid/c.jpg': 'cat' })
    expect(splits['valid/c.jpg']).toBe('VALIDATION')
  })

  test('numbers whose zeros a spreadsheet took', async () => {
    const { labels } = await readLayout({
      'labels.csv': 'id,label\n1,cat\n12,dog\n',
      ...imagesAt('train/0001.jpg', 'train/0012.jpg'),
    })
    expect(labels).toEqual({ 'train/0001.jpg': 'cat', 'train/0012.jpg': 'dog' })
  })

  test('numbers that became fractions because one label is missing, which is told', async () => {
    const { labels, left } = await readLayout({
      'labels.csv': 'file,label\n1.jpg,0.0\n2.jpg,1.0\n3.jpg,nan\n',
      'classes.txt': 'cat\ndog\n',
      ...imagesAt('1.jpg', '2.jpg', '3.jpg'),
    })
    expect(labels).toEqual({ '1.jpg': 'cat', '2.jpg': 'dog' })
    expect(left).toEqual({ '3.jpg': 'IMAGE_WITHOUT_LABEL' })
  })

  test('inches', async () => {
    const { labels } = await readLayout({
      'labels.csv': 'file,label\n1.jpg,5" nail\n2.jpg,7" nail\n',
      ...imagesAt('1.jpg', '2.jpg'),
    })
    expect(labels).toEqual({ '1.jpg': '5" nail', '2.jpg': '7" nail' })
  })

  test('folders in percent signs', async () => {
    const { labels } = await readLayout({
      'labels.csv': 'path,label\nmy%20cats/1.jpg,cat\nd%C3%B6gs/2.jpg,dog\n',
      ...imagesAt('my cats/1.jpg', 'd\u00f6gs/2.jpg'),
    })
    expect(labels).toEqual({ 'd\u00f6gs/2.jpg': 'dog', 'my cats/1.jpg': 'cat' })
  })

  test('a column of images without a label, as a labelling tool writes it', async () => {
    const { labels, left } = await readLayout({
      'train/_classes.csv': 'filename, cat, dog, Unlabeled\na.jpg, 1, 0, 0\nb.jpg, 0, 1, 0\nc.jpg, 0, 0, 1\n',
      ...imagesAt('train/a.jpg', 'train/b.jpg', 'train/c.jpg'),
    })
    expect(labels).toEqual({ 'train/a.jpg': 'cat', 'train/b.jpg': 'dog' })
    expect(left).toEqual({ 'train/c.jpg': 'IMAGE_WITHOUT_LABEL' })
  })

  test('names with spaces and percent signs', async () => {
    const { labels } = await readLayout({
      'labels.csv': 'file,label\nmy%20cat.jpg,cat\n100%.jpg,dog\n',
      ...imagesAt('my cat.jpg', '100%.jpg'),
    })
    expect(labels).toEqual({ 'my cat.jpg': 'cat', '100%.jpg': 'dog' })
  })

  test('Windows-1252, as old spreadsheets save it', async () => {
    const { classes } = await readLayout({
      'labels.csv': Buffer.from('file,label\n1.jpg,L\u00f6we\n2.jpg,B\u00e4r\n', 'latin1'),
      ...imagesAt('1.jpg', '2.jpg'),
    })
    expect(classes).toEqual(['B\u00e4r', 'L\u00f6we'])
  })
})

describe('an image with several labels is named, and has none', () => {
  test.each<[string, Files]>([
    ['with several ones in its row', { 'labels.csv': 'file,cat,dog\n1.jpg,1,1\n2.jpg,0,1\n3.jpg,1,0\n' }],
    ['with bars', { 'labels.csv': 'file,label\n1.jpg,cat|dog\n2.jpg,dog\n3.jpg,cat\n' }],
    [
      'with commas between labels of others',
      { 'labels.csv': 'file,label\n1.jpg,"cat, dog"\n2.jpg,dog\n3.jpg,cat\n' },
    ],
    [
      'in a list',
      {
        'labels.jsonl':
          '{"file":"1.jpg","labels":["cat","dog"]}\n{"file":"2.jpg","labels":["dog"]}\n{"file":"3.jpg","labels":["cat"]}\n',
      },
    ],
  ])('%s', async (_, file) => {
    const { labels, left } = await readLayout({ ...file, ...imagesAt('1.jpg', '2.jpg', '3.jpg') })
    expect(labels).toEqual({ '2.jpg': 'dog', '3.jpg': 'cat' })
    expect(left).toEqual({ '1.jpg': 'LABEL_CONFLICT' })
  })

  test('a comma in a name is none', async () => {
    const { classes } = await readLayout({
      'labels.csv': 'file,label\n1.jpg,"tench, Tinca tinca"\n2.jpg,sea lion\n3.jpg,lion\n',
      ...imagesAt('1.jpg', '2.jpg', '3.jpg'),
    })
    expect(classes).toEqual(['lion', 'sea lion', 'tench, Tinca tinca'])
  })
})

describe('numbers and codes have the names of', () => {
  const images = imagesAt('a/1.jpg', 'a/2.jpg')
  test.each<[string, Files]>([
    ['lines from 0', { 'labels.csv': 'file,label\n1.jpg,0\n2.jpg,1\n', 'classes.txt': 'cat\ndog\n' }],
    ['lines from 1', { 'labels.csv': 'file,label\n1.jpg,1\n2.jpg,2\n', 'class_names.txt': 'cat\ndog\n' }],
    ['numbered lines', { 'all.txt': '1.jpg 3\n2.jpg 7\n', 'classes.txt': '3 cat\n7 dog\n' }],
    ['a map', { 'labels.csv': 'file,label\n1.jpg,3\n2.jpg,7\n', 'names.json': '{"3":"cat","7":"dog"}' }],
    [
      'a map the other way round',
      { 'labels.csv': 'file,label\n1.jpg,3\n2.jpg,7\n', 'class_to_idx.json': '{"cat":3,"dog":7}' },
    ],
    ['a list', { 'labels.csv': 'file,label\n1.jpg,0\n2.jpg,1\n', 'classes.json': '["cat","dog"]' }],
    [
      'a table',
      { 'labels.csv': 'file,label\n1.jpg,3\n2.jpg,7\n', 'class_dict.csv': 'id,name\n3,cat\n7,dog\n' },
    ],
    [
      "a hub's README",
      {
        'metadata.csv': 'file_name,label\n1.jpg,0\n2.jpg,1\n',
        'README.md':
          '---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names:\n          "0": cat\n          "1": dog\n---\n',
      },
    ],
  ])('%s', async (_, files) => {
    expect((await readLayout({ ...files, ...images })).labels).toEqual({ 'a/1.jpg': 'cat', 'a/2.jpg': 'dog' })
  })

  test('no list that may count from 0 or from 1', async () => {
    const { classes, left } = await readLayout({
      'labels.csv': 'file,label\n1.jpg,1\n2.jpg,2\n',
      'classes.txt': 'ant\ncat\ndog\newe\n',
      ...images,
    })
    expect(classes).toEqual(['1', '2'])
    expect(left).toHaveProperty('classes.txt')
  })
})

describe('labels beside the images', () => {
  test.each([
    ['.cls.txt', 'cat', 'dog'],
    ['.label.txt', 'cat', 'dog'],
    ['.json', '{"label":"cat","width":3}', '{"label":"dog","width":3}'],
    ['.cls.json', '"cat"', '"dog"'],
  ])('in files that end in %s', async (ending, first, second) => {
    const { labels, left } = await readLayout({
      [`0/a${ending}`]: first,
      [`0/b${ending}`]: second,
      ...imagesAt('0/a.jpg', '0/b.jpg'),
    })
    expect(labels).toEqual({ '0/a.jpg': 'cat', '0/b.jpg': 'dog' })
    expect(left).toEqual({})
  })
})

describe('lists of images', () => {
  test('tell the splits of what lies in folders of classes', async () => {
    const { labels, splits, left } = await readLayout({
      'train.txt': 'cat/1.jpg\ndog/2.jpg\n',
      'val.txt': 'dog/4.jpg\n',
      'test.txt': 'cat/3.jpg\n',
      ...imagesAt(
        'images/cat/1.jpg',
        'images/cat/3.jpg',
        'images/dog/2.jpg',
        'images/dog/4.jpg',
        'images/dog/5.jpg',
      ),
    })
    expect(labels).toEqual({
      'images/cat/1.jpg': 'cat',
      'images/cat/3.jpg': 'cat',
      'images/dog/2.jpg': 'dog',
      'images/dog/4.jpg': 'dog',
    })
    expect(Object.values(splits)).toEqual(['SUPPORT_POOL', 'TEST', 'SUPPORT_POOL', 'VALIDATION'])
    expect(left).toEqual({ 'images/dog/5.jpg': 'IMAGE_WITHOUT_LABEL' })
  })

  test('tell the splits of what a table labels', async () => {
    const { labels, splits } = await readLayout({
      'labels.csv': 'file,label\n1.jpg,cat\n2.jpg,dog\n',
      'train.txt': 'images/1.jpg\n',
      'test.txt': 'images/2.jpg\n',
      ...imagesAt('images/1.jpg', 'images/2.jpg'),
    })
    expect(labels).toEqual({ 'images/1.jpg': 'cat', 'images/2.jpg': 'dog' })
    expect(splits).toEqual({ 'images/1.jpg': 'SUPPORT_POOL', 'images/2.jpg': 'TEST' })
  })

  test('with several numbers an image are of boxes or attributes, and no labels', async () => {
    const { classes, reasons } = await readLayout({
      'attributes.txt': '1.jpg -1 1 1\n2.jpg 1 -1 1\n',
      ...imagesAt('cat/1.jpg', 'dog/2.jpg'),
    })
    expect(classes).toEqual(['cat', 'dog'])
    expect(reasons['attributes.txt']).toContain('its numbers are no labels')
  })
})

test('a column of yes and no tells the split', async () => {
  const { splits } = await readLayout({
    'labels.csv': 'fname,label,is_valid\n1.jpg,cat,False\n2.jpg,dog,True\n',
    ...imagesAt('1.jpg', '2.jpg'),
  })
  expect(splits).toEqual({ '1.jpg': 'SUPPORT_POOL', '2.jpg': 'VALIDATION' })
})
