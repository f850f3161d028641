import { describe, expect, test } from 'vitest'
import { type Files, imagesAt, readLayout } from './read-layout.js'

const imagenet = 'ILSVRC/Data/CLS-LOC'

/** The layouts of public datasets, as their archives have them, with a few images each. */
const layouts: Record<string, { files: Files; images: Record<string, string>; left?: readonly string[] }> = {
  'CUB-200-2011': {
    files: {
      'CUB/images.txt': '1 001.Albatross/a.jpg\n2 002.Auklet/b.jpg\n',
      'CUB/image_class_labels.txt': '1 1\n2 2\n',
      'CUB/train_test_split.txt': '1 1\n2 0\n',
      'CUB/classes.txt': '1 001.Albatross\n2 002.Auklet\n',
      'CUB/bounding_boxes.txt': '1 60.0 27.0 325.0 304.0\n2 60.0 27.0 325.0 304.0\n',
      ...imagesAt('CUB/images/001.Albatross/a.jpg', 'CUB/images/002.Auklet/b.jpg'),
    },
    images: {
      'CUB/images/001.Albatross/a.jpg': '001.Albatross SUPPORT_POOL',
      'CUB/images/002.Auklet/b.jpg': '002.Auklet TEST',
    },
    left: ['CUB/bounding_boxes.txt'],
  },
  'Oxford-IIIT Pet': {
    files: {
      'annotations/list.txt': '#Image CLASS-ID SPECIES BREED ID\nEgyptian_Mau_1 1 1 1\npug_2 2 2 1\n',
      'annotations/trainval.txt': 'Egyptian_Mau_1 1 1 1\n',
      'annotations/test.txt': 'pug_2 2 2 1\n',
      ...imagesAt('images/Egyptian_Mau_1.jpg', 'images/pug_2.jpg'),
      ...imagesAt('annotations/trimaps/Egyptian_Mau_1.png', 'annotations/trimaps/pug_2.png'),
    },
    images: {
      'images/Egyptian_Mau_1.jpg': 'Egyptian_Mau SUPPORT_POOL',
      'images/pug_2.jpg': 'pug TEST',
    },
    left: ['annotations/trimaps/Egyptian_Mau_1.png', 'annotations/trimaps/pug_2.png'],
  },
  'Food-101': {
    files: {
      'food/meta/train.txt': 'apple_pie/1\nbeef/2\n',
      'food/meta/test.txt': 'apple_pie/3\n',
      'food/meta/train.json': '{"apple_pie":["apple_pie/1"],"beef":["beef/2"]}',
      'food/meta/classes.txt': 'apple_pie\nbeef\n',
      ...imagesAt('food/images/apple_pie/1.jpg', 'food/images/apple_pie/3.jpg', 'food/images/beef/2.jpg'),
    },
    images: {
      'food/images/apple_pie/1.jpg': 'apple_pie SUPPORT_POOL',
      'food/images/apple_pie/3.jpg': 'apple_pie TEST',
      'food/images/beef/2.jpg': 'beef SUPPORT_POOL',
    },
    left: ['food/meta/classes.txt'],
  },
  'Describable Textures: the first of ten partitions': {
    files: {
      'dtd/labels/train1.txt': 'banded/1.jpg\n',
      'dtd/labels/val1.txt': 'dotted/1.jpg\n',
      'dtd/labels/test1.txt': 'dotted/2.jpg\n',
      'dtd/labels/train2.txt': 'dotted/2.jpg\n',
      'dtd/labels/val2.txt': 'banded/1.jpg\n',
      'dtd/labels/test2.txt': 'dotted/1.jpg\n',
      'dtd/labels/labels_joint_anno.txt':
        'banded/1.jpg banded\ndotted/1.jpg dotted banded\ndotted/2.jpg banded dotted\n',
      'dtd/imdb/imdb.mat': 'MATLAB',
      ...imagesAt('dtd/images/banded/1.jpg', 'dtd/images/dotted/1.jpg', 'dtd/images/dotted/2.jpg'),
    },
    images: {
      'dtd/images/banded/1.jpg': 'banded SUPPORT_POOL',
      'dtd/images/dotted/1.jpg': 'dotted VALIDATION',
      'dtd/images/dotted/2.jpg': 'dotted TEST',
    },
    left: [
      ...['dtd/imdb/imdb.mat', 'dtd/labels/labels_joint_anno.txt'],
      ...['dtd/labels/test2.txt', 'dtd/labels/train2.txt', 'dtd/labels/val2.txt'],
    ],
  },
  'FGVC-Aircraft: the finest of its labellings': {
    files: {
      'data/images_variant_train.txt': '1 747-400\n2 A300B4\n5 747-100\n',
      'data/images_variant_val.txt': '3 747-400\n',
      'data/images_variant_trainval.txt': '1 747-400\n2 A300B4\n3 747-400\n5 747-100\n',
      'data/images_variant_test.txt': '4 A300B4\n',
      'data/images_family_train.txt': '1 Boeing 747\n2 A300\n5 Boeing 747\n',
      'data/images_box.txt': '1 1 2 3 4\n2 1 2 3 4\n3 1 2 3 4\n4 1 2 3 4\n5 1 2 3 4\n',
      ...imagesAt(...[1, 2, 3, 4, 5].map((id) => `data/images/${id}.jpg`)),
    },
    images: {
      'data/images/1.jpg': '747-400 SUPPORT_POOL',
      'data/images/2.jpg': 'A300B4 SUPPORT_POOL',
      'data/images/3.jpg': '747-400 VALIDATION',
      'data/images/4.jpg': 'A300B4 TEST',
      'data/images/5.jpg': '747-100 SUPPORT_POOL',
    },
    left: ['data/images_box.txt', 'data/images_family_train.txt', 'data/images_variant_trainval.txt'],
  },
  'SUN397, whose folders of letters are no classes': {
    files: {
      'SUN397/ClassName.txt': '/a/abbey\n/a/arch/outdoor\n/b/bar\n',
      'Partitions/Training_01.txt': '/a/abbey/1.jpg\n/b/bar/2.jpg\n',
      'Partitions/Testing_01.txt': '/a/arch/outdoor/3.jpg\n',
      ...imagesAt('SUN397/a/abbey/1.jpg', 'SUN397/b/bar/2.jpg', 'SUN397/a/arch/outdoor/3.jpg'),
    },
    images: {
      'SUN397/a/abbey/1.jpg': 'abbey SUPPORT_POOL',
      'SUN397/a/arch/outdoor/3.jpg': 'arch/outdoor TEST',
      'SUN397/b/bar/2.jpg': 'bar SUPPORT_POOL',
    },
    left: ['SUN397/ClassName.txt'],
  },
  'Places365, whose numbers are lines of its categories': {
    files: {
      'categories_places365.txt': '/a/airfield 0\n/b/bar 1\n',
      'places365_train_standard.txt': '/a/airfield/1.jpg 0\n/b/bar/2.jpg 1\n',
      'places365_val.txt': 'Places365_val_1.jpg 1\n',
      ...imagesAt('data/a/airfield/1.jpg', 'data/b/bar/2.jpg', 'val/Places365_val_1.jpg'),
    },
    images: {
      'data/a/airfield/1.jpg': 'airfield SUPPORT_POOL',
      'data/b/bar/2.jpg': 'bar SUPPORT_POOL',
      'val/Places365_val_1.jpg': 'bar VALIDATION',
    },
  },
  'ImageNet of Kaggle': {
    files: {
      'LOC_synset_mapping.txt': 'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n',
      'LOC_train_solution.csv':
        'ImageId,PredictionString\nn01440764_1,n01440764 1 2 3 4 \nn01443537_2,n01443537 1 2 3 4 \n',
      'LOC_val_solution.csv':
        'ImageId,PredictionString\nILSVRC2012_val_1,n01440764 1 2 3 4 n01440764 5 6 7 8 \nILSVRC2012_val_2,n01443537 1 2 3 4 \n',
      'LOC_sample_submission.csv': 'ImageId,PredictionString\nILSVRC2012_test_1,n01440764 1 2 3 4\n',
      'ILSVRC/ImageSets/CLS-LOC/train_cls.txt': 'n01440764/n01440764_1 1\nn01443537/n01443537_2 2\n',
      'ILSVRC/Annotations/CLS-LOC/val/ILSVRC2012_val_1.xml': '<annotation/>',
      ...imagesAt(
        ...[`${imagenet}/train/n01440764/n01440764_1.JPEG`, `${imagenet}/train/n01443537/n01443537_2.JPEG`],
        ...[`${imagenet}/val/ILSVRC2012_val_1.JPEG`, `${imagenet}/val/ILSVRC2012_val_2.JPEG`],
        `${imagenet}/test/ILSVRC2012_test_1.JPEG`,
      ),
    },
    images: {
      [`${imagenet}/train/n01440764/n01440764_1.JPEG`]: 'tench SUPPORT_POOL',
      [`${imagenet}/train/n01443537/n01443537_2.JPEG`]: 'goldfish SUPPORT_POOL',
      [`${imagenet}/val/ILSVRC2012_val_1.JPEG`]: 'tench VALIDATION',
      [`${imagenet}/val/ILSVRC2012_val_2.JPEG`]: 'goldfish VALIDATION',
    },
    left: [
      'ILSVRC/Annotations/CLS-LOC/val/ILSVRC2012_val_1.xml',
      `${imagenet}/test/ILSVRC2012_test_1.JPEG`,
      'LOC_sample_submission.csv',
    ],
  },
  'Tiny ImageNet with words': {
    files: {
      'tiny/words.txt':
        'n00001740\tentity\nn01443537\tgoldfish, Carassius auratus\nn01629819\tfire salamander\n',
      'tiny/wnids.txt': 'n01443537\nn01629819\n',
      'tiny/val/val_annotations.txt': 'v0.JPEG\tn01443537\t0\t32\t44\t62\n',
      ...imagesAt(
        ...['tiny/train/n01443537/images/a.JPEG', 'tiny/train/n01629819/images/b.JPEG'],
        'tiny/val/images/v0.JPEG',
      ),
    },
    images: {
      'tiny/train/n01443537/images/a.JPEG': 'goldfish SUPPORT_POOL',
      'tiny/train/n01629819/images/b.JPEG': 'fire salamander SUPPORT_POOL',
      'tiny/val/images/v0.JPEG': 'goldfish VALIDATION',
    },
    left: ['tiny/wnids.txt'],
  },
  'a hundred classes of ImageNet in several folders': {
    files: {
      'Labels.json': '{"n01440764":"tench, Tinca tinca","n01443537":"goldfish"}',
      ...imagesAt('train.X1/n01440764/1.JPEG', 'train.X2/n01443537/1.JPEG', 'val.X/n01440764/2.JPEG'),
    },
    images: {
      'train.X1/n01440764/1.JPEG': 'tench SUPPORT_POOL',
      'train.X2/n01443537/1.JPEG': 'goldfish SUPPORT_POOL',
      'val.X/n01440764/2.JPEG': 'tench VALIDATION',
    },
  },
  'Oxford Flowers in folders of numbers': {
    files: {
      'cat_to_name.json': '{"1":"pink primrose","2":"rose"}',
      ...imagesAt('train/1/a.jpg', 'train/2/b.jpg', 'valid/1/c.jpg'),
    },
    images: {
      'train/1/a.jpg': 'pink primrose SUPPORT_POOL',
      'train/2/b.jpg': 'rose SUPPORT_POOL',
      'valid/1/c.jpg': 'pink primrose VALIDATION',
    },
  },
  'Caltech-101': {
    files: {
      'caltech/show_annotation.m': '',
      'caltech/Annotations/anchor/annotation_1.mat': 'MATLAB',
      ...imagesAt('caltech/101_ObjectCategories/anchor/1.jpg', 'caltech/101_ObjectCategories/ant/2.jpg'),
    },
    images: {
      'caltech/101_ObjectCategories/anchor/1.jpg': 'anchor SUPPORT_POOL',
      'caltech/101_ObjectCategories/ant/2.jpg': 'ant SUPPORT_POOL',
    },
    left: ['caltech/Annotations/anchor/annotation_1.mat', 'caltech/show_annotation.m'],
  },
  'German traffic signs': {
    files: {
      'Train.csv': 'Width,Height,ClassId,Path\n27,26,20,Train/20/a.png\n27,26,0,Train/0/b.png\n',
      'Test.csv': 'Width,Height,ClassId,Path\n53,54,0,Test/00000.png\n27,26,20,Test/00001.png\n',
      ...imagesAt('Train/20/a.png', 'Train/0/b.png', 'Test/00000.png', 'Test/00001.png'),
    },
    images: {
      'Test/00000.png': '0 TEST',
      'Test/00001.png': '20 TEST',
      'Train/0/b.png': '0 SUPPORT_POOL',
      'Train/20/a.png': '20 SUPPORT_POOL',
    },
  },
  EuroSAT: {
    files: {
      'EuroSAT/train.csv': ',Filename,Label,ClassName\n0,Crop/a.jpg,0,Crop\n',
      'EuroSAT/test.csv': ',Filename,Label,ClassName\n0,Forest/b.jpg,1,Forest\n',
      'EuroSAT/label_map.json': '{"Crop":0,"Forest":1}',
      ...imagesAt('EuroSAT/Crop/a.jpg', 'EuroSAT/Forest/b.jpg'),
    },
    images: { 'EuroSAT/Crop/a.jpg': 'Crop SUPPORT_POOL', 'EuroSAT/Forest/b.jpg': 'Forest TEST' },
    left: ['EuroSAT/label_map.json'],
  },
  'skin lesions in two folders of parts': {
    files: {
      'metadata_of_10000.csv': 'lesion_id,image_id,dx,age\nH0,ISIC_1,bkl,80\nH1,ISIC_2,nv,80\n',
      ...imagesAt('images_part_1/ISIC_1.jpg', 'images_part_2/ISIC_2.jpg'),
    },
    images: { 'images_part_1/ISIC_1.jpg': 'bkl SUPPORT_POOL', 'images_part_2/ISIC_2.jpg': 'nv SUPPORT_POOL' },
  },
  'a competition with a larger test set, a map of names and a sample submission': {
    files: {
      'train.csv': 'image_id,label\na11,0\nb12,1\n',
      'test.csv': 'image_id\nc13\nc14\nc15\n',
      'label_num_to_disease_map.json': '{"0":"blight","1":"healthy"}',
      'sample_submission.csv': 'image_id,label\nc13,1\n',
      ...imagesAt('train_images/a11.jpg', 'train_images/b12.jpg'),
      ...imagesAt('test_images/c13.jpg', 'test_images/c14.jpg', 'test_images/c15.jpg'),
    },
    images: {
      'train_images/a11.jpg': 'blight SUPPORT_POOL',
      'train_images/b12.jpg': 'healthy SUPPORT_POOL',
    },
    left: [
      ...['sample_submission.csv', 'test.csv'],
      ...['test_images/c13.jpg', 'test_images/c14.jpg', 'test_images/c15.jpg'],
    ],
  },
  'Open Images, which also says what is not on an image': {
    files: {
      'class-descriptions-boxable.csv': '/m/01yrx,Cat\n/m/0bt9lr,Dog\n',
      'train-annotations-human-imagelabels.csv':
        'ImageID,Source,LabelName,Confidence\na0,verification,/m/01yrx,1\na1,verification,/m/0bt9lr,1\na1,verification,/m/01yrx,0\n',
      ...imagesAt('train/a0.jpg', 'train/a1.jpg'),
    },
    images: { 'train/a0.jpg': 'Cat SUPPORT_POOL', 'train/a1.jpg': 'Dog SUPPORT_POOL' },
  },
  'iNaturalist with the small training set': {
    files: imagesAt('train_mini/00001_Annelida/a.jpg', 'train_mini/00002_Aves/b.jpg', 'val/00002_Aves/c.jpg'),
    images: {
      'train_mini/00001_Annelida/a.jpg': '00001_Annelida SUPPORT_POOL',
      'train_mini/00002_Aves/b.jpg': '00002_Aves SUPPORT_POOL',
      'val/00002_Aves/c.jpg': '00002_Aves VALIDATION',
    },
  },
  'domains, whose lists number the folders': {
    files: {
      'clipart_train.txt': 'clipart/bird/1.jpg 0\nclipart/cat/2.jpg 1\n',
      'clipart_test.txt': 'clipart/bird/3.jpg 0\n',
      ...imagesAt('clipart/bird/1.jpg', 'clipart/cat/2.jpg', 'clipart/bird/3.jpg'),
    },
    images: {
      'clipart/bird/1.jpg': 'bird SUPPORT_POOL',
      'clipart/bird/3.jpg': 'bird TEST',
      'clipart/cat/2.jpg': 'cat SUPPORT_POOL',
    },
  },
  'a folder for each class and split': {
    files: imagesAt('cat_train/1.jpg', 'cat_test/2.jpg', 'sea lion_train/3.jpg', 'sea lion_test/4.jpg'),
    images: {
      'cat_test/2.jpg': 'cat TEST',
      'cat_train/1.jpg': 'cat SUPPORT_POOL',
      'sea lion_test/4.jpg': 'sea lion TEST',
      'sea lion_train/3.jpg': 'sea lion SUPPORT_POOL',
    },
  },
  'lists of one column, with a header': {
    files: {
      'train.csv': 'path\ncat/1.jpg\ndog/1.jpg\n',
      'test.csv': 'path\ncat/2.jpg\n',
      ...imagesAt('images/cat/1.jpg', 'images/dog/1.jpg', 'images/cat/2.jpg'),
    },
    images: {
      'images/cat/1.jpg': 'cat SUPPORT_POOL',
      'images/cat/2.jpg': 'cat TEST',
      'images/dog/1.jpg': 'dog SUPPORT_POOL',
    },
  },
  'ImageNet, whose table is of the validation images alone': {
    files: {
      'LOC_val_solution.csv':
        'ImageId,PredictionString\nval_1,n01440764 111 108 441 193 \nval_2,n01443537 1 2 3 4 n01443537 5 6 7 8 \n',
      'LOC_synset_mapping.txt': 'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n',
      ...imagesAt(`${imagenet}/train/n01440764/a.JPEG`, `${imagenet}/train/n01443537/b.JPEG`),
      ...imagesAt(`${imagenet}/val/val_1.JPEG`, `${imagenet}/val/val_2.JPEG`),
    },
    images: {
      [`${imagenet}/train/n01440764/a.JPEG`]: 'tench SUPPORT_POOL',
      [`${imagenet}/train/n01443537/b.JPEG`]: 'goldfish SUPPORT_POOL',
      [`${imagenet}/val/val_1.JPEG`]: 'tench VALIDATION',
      [`${imagenet}/val/val_2.JPEG`]: 'goldfish VALIDATION',
    },
  },
  'Stanford Dogs, with a file without an ending for each image': {
    files: {
      'Annotation/n02085936-Maltese/n02085936_1': '<annotation/>',
      'Annotation/n02086079-Pekinese/n02086079_2': '<annotation/>',
      ...imagesAt('Images/n02085936-Maltese/n02085936_1.jpg', 'Images/n02086079-Pekinese/n02086079_2.jpg'),
    },
    images: {
      'Images/n02085936-Maltese/n02085936_1.jpg': 'n02085936-Maltese SUPPORT_POOL',
      'Images/n02086079-Pekinese/n02086079_2.jpg': 'n02086079-Pekinese SUPPORT_POOL',
    },
    left: ['Annotation/n02085936-Maltese/n02085936_1', 'Annotation/n02086079-Pekinese/n02086079_2'],
  },
  'masks in the same folders beside the images': {
    files: imagesAt('images/cat/1.jpg', 'images/dog/2.jpg', 'masks/cat/1.png', 'masks/dog/2.png'),
    images: { 'images/cat/1.jpg': 'cat SUPPORT_POOL', 'images/dog/2.jpg': 'dog SUPPORT_POOL' },
    left: ['masks/cat/1.png', 'masks/dog/2.png'],
  },
  'a video between the images, which takes no part in the splits': {
    files: imagesAt('cat/1.jpg', 'cat/2.mp4', 'dog/1.jpg'),
    images: {
      'cat/1.jpg': 'cat SUPPORT_POOL',
      'cat/2.mp4': 'cat SUPPORT_POOL',
      'dog/1.jpg': 'dog SUPPORT_POOL',
    },
  },
  'a holdout': {
    files: imagesAt('train/cat/1.jpg', 'train/dog/2.jpg', 'holdout/cat/3.jpg'),
    images: {
      'holdout/cat/3.jpg': 'cat TEST',
      'train/cat/1.jpg': 'cat SUPPORT_POOL',
      'train/dog/2.jpg': 'dog SUPPORT_POOL',
    },
  },
  'a copy of all class folders beside them': {
    files: imagesAt('cat/1.jpg', 'dog/2.jpg', 'all/cat/1.jpg', 'all/dog/2.jpg'),
    images: {
      'all/cat/1.jpg': 'cat SUPPORT_POOL',
      'all/dog/2.jpg': 'dog SUPPORT_POOL',
      'cat/1.jpg': 'cat SUPPORT_POOL',
      'dog/2.jpg': 'dog SUPPORT_POOL',
    },
  },
  'an export of Azure Custom Vision': {
    files: {
      'images.json': JSON.stringify(
        ['cat', 'dog'].map((tagName, i) => ({
          id: `a${i}`,
          originalImageUri: `https://store/${i}.jpg?sig=x`,
          tags: [{ tagId: 'b', tagName }],
        })),
      ),
      ...imagesAt('0.jpg', '1.jpg'),
    },
    images: { '0.jpg': 'cat SUPPORT_POOL', '1.jpg': 'dog SUPPORT_POOL' },
  },
  "a list of MXNet's": {
    files: {
      'train.lst': '5\t1.000000\tmy images/1.jpg\n9\t0.000000\tmy images/2.jpg\n',
      'classes.txt': 'cat\ndog\n',
      ...imagesAt('my images/1.jpg', 'my images/2.jpg'),
    },
    images: { 'my images/1.jpg': 'dog SUPPORT_POOL', 'my images/2.jpg': 'cat SUPPORT_POOL' },
  },
  'an export of CVAT in the form of ImageNet': {
    files: {
      'synsets.txt': 'cat\ndog\n',
      ...imagesAt('cat/1.jpg', 'dog/2.jpg', 'no_label/3.jpg'),
    },
    images: { 'cat/1.jpg': 'cat SUPPORT_POOL', 'dog/2.jpg': 'dog SUPPORT_POOL' },
    left: ['no_label/3.jpg', 'synsets.txt'],
  },
}
describe('the layout of', () => {
  test.each(Object.entries(layouts))('%s', async (_, { files, images, left = [] }) => {
    const read = await readLayout(files)
    const places = Object.entries(read.labels).map(([path, label]) => [path, `${label} ${read.splits[path]}`])
    expect(Object.fromEntries(places)).toEqual(images)
    expect(Object.keys(read.left).sort()).toEqual([...left].sort())
  })
})

test('chest X-rays in numbered folders, some with several findings', async () => {
  const { labels, left } = await readLayout({
    'Data_Entry_2017.csv':
      'Image Index,Finding Labels,Patient Age\n1_0.png,Cardiomegaly,58\n1_1.png,Edema,58\n2_0.png,No Finding,81\n2_1.png,Cardiomegaly|Edema,81\n2_2.png,Edema,2\n',
    ...imagesAt('images_001/images/1_0.png', 'images_001/images/1_1.png'),
    ...imagesAt('images_002/images/2_0.png', 'images_002/images/2_1.png', 'images_002/images/2_2.png'),
  })
  expect(labels).toEqual({
    'images_001/images/1_0.png': 'Cardiomegaly',
    'images_001/images/1_1.png': 'Edema',
    'images_002/images/2_0.png': 'No Finding',
    'images_002/images/2_2.png': 'Edema',
  })
  expect(left).toEqual({ 'images_002/images/2_1.png': 'LABEL_CONFLICT' })
})

test('folds with the same classes are no classes, and batches with others are', async () => {
  const folds = await readLayout(imagesAt('fold1/cat/1.jpg', 'fold1/dog/2.jpg', 'fold2/cat/3.jpg'))
  expect(folds.classes).toEqual(['cat', 'dog'])
  const batches = await readLayout(imagesAt('batch 1/front/1.jpg', 'batch 2/2.jpg'))
  expect(batches.classes).toEqual(['batch 1', 'batch 2'])
})

describe('labels in files that are not read are named, and the images are not given to wrong classes', () => {
  test('in MATLAB files', async () => {
    const files = { 'devkit/cars_train_annos.mat': 'x', ...imagesAt('cars_train/1.jpg', 'cars_test/1.jpg') }
    const reading = readLayout(files)
    await expect(reading).rejects.toThrow('cars_test, cars_train, which are splits and not classes')
    await expect(reading).rejects.toThrow(
      "devkit/cars_train_annos.mat is not used: MATLAB's files are not read",
    )
  })

  test.each([
    ['labels.xlsx', 'spreadsheets are not read'],
    ['more.zip', 'an archive in an archive is not opened'],
    ['train.tfrecord', 'arrays and records is not read'],
    ['train.tfrecord-00000-of-00001', 'arrays and records is not read'],
    ['train-images-idx3-ubyte', 'arrays and records is not read'],
    ['data_batch_1', 'arrays and records is not read'],
    ['clip.mp4', 'videos are not read'],
    ['1.xml', 'labels in XML are not read'],
  ])('in %s', async (name, says) => {
    const { reasons } = await readLayout({ [name]: 'x', ...imagesAt('cat/1.jpg', 'dog/2.jpg') })
    expect(reasons[name]).toContain(says)
  })

  test.each<[string, Files]>([
    ['annotations.xml', imagesAt('images/a.jpg', 'images/b.jpg')],
    ['Annotations/1.xml', imagesAt('VOC2007/JPEGImages/1.jpg', 'VOC2007/JPEGImages/2.jpg')],
    ['imagelabels.mat', imagesAt('jpg/1.jpg', 'jpg/2.jpg')],
    [
      'data.yaml',
      { ...imagesAt('train/images/1.jpg', 'valid/images/2.jpg'), 'train/labels/1.txt': '0 1 1 1 1' },
    ],
    ['styles.csv', imagesAt('images/1.jpg', 'images/2.jpg')],
    ['labels.csv', imagesAt('images_001/a.jpg', 'images_002/b.jpg')],
  ])('and a folder that only says that it has images is no class: %s', async (name, images) => {
    const reading = readLayout({ ...images, [name]: 'gender,articleType\nMen,Shirts\n' })
    await expect(reading).rejects.toThrow(
      /a labels\.csv with the columns file_name and label\. .*(not used|not imported)/,
    )
    await expect(reading).rejects.toThrow(name)
  })
})
