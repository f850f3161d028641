import type { Precision } from '../../encoders/manifest.js'
import type { Frozen } from '../frozen.js'
import type { LoadedClassifier } from '../load-classifier.js'
import type { WrittenGraph } from './model.js'

/** What the export is, in Markdown with the hub's front matter. */
export function modelCard(
  { name, number, frozen, fitted }: LoadedClassifier,
  {
    headOnly,
    precision,
    inputs,
  }: { headOnly: boolean; precision: Precision; inputs: WrittenGraph['inputs'] },
): string {
  const { encoder, dataset, support, selection, measured, classes, space, method, coverage, threshold } =
    frozen
  const values = Object.entries(frozen.hyperparameters).map(([each, value]) => `${each} = ${value}`)
  const shapes = Object.entries(inputs).map(([each, shape]) => `\`${each}\` [${shape.join(', ')}]`)
  const where = space === null ? '' : ` in the feature space \`${space.id}\``
  return `---
library_name: onnx
pipeline_tag: image-classification
tags: [few-shot, clip, shotboard]
---

# ${name}, version ${number}

An image classifier of ${classes.length} classes, made with [Shotboard](https://www.npmjs.com/package/shotboard)
${frozen.versions.shotboard ?? ''} without training: ${fitted.method.name}${where}, on images encoded by ${encoder.name}.

## Input and output

${headOnly ? 'Features of the encoder, of any length. The encoder is not part of the model.' : 'Normalised pixels, as `preprocessor_config.json` says.'} The batch may have any size.

- Input: ${shapes.join(', ')}, float32${headOnly ? '' : `; the encoder's weights are stored in ${precision}`}
- Output: \`logits\` [batch, ${classes.length}] and \`probabilities\` [batch, ${classes.length}], the softmax of the logits divided by the
  temperature ${temperatureOf(frozen)}
- Labels: \`labels.json\`, in the order of the outputs

${
  threshold === null
    ? 'No image could be left out, so that probabilities are not calibrated and there is no threshold for sets of classes.'
    : `An image's set holds the classes with a probability of at least ${threshold.toPrecision(6)}. It has the true one with a
probability of ${coverage}. If it is empty, the image is most likely none of these classes.`
}

## How it was made

| | |
|---|---|
| method | ${fitted.method.name} (\`${method.id}\`), ${values.join(', ') || 'no hyperparameters'} |
| encoder | ${encoder.name} (\`${encoder.id}\`), fingerprint \`${encoder.fingerprints.clip}\`${encoder.adapter === null ? '' : `, adapter \`${encoder.adapter}\``} |
| dataset | ${dataset.name}, SHA-256 of its content \`${dataset.fingerprint}\` |
| support images | ${support.images}, ${drawnAs(support)} |
| selection | ${selection.protocol}${selection.images > 0 ? `, on ${selection.images} images` : ''} |

## How well it does

${
  measured === null
    ? selection.accuracy === null
      ? 'Its accuracy was not measured.'
      : `On the ${selection.images} images that its hyperparameters were selected on, ${selection.protocol === 'LEAVE_ONE_OUT' ? 'each left out when it was classified, ' : ''}its accuracy is ${selection.accuracy.toFixed(1)} %. This is an optimistic estimate.`
    : `With ${measured.shots} image${measured.shots === 1 ? '' : 's'} per class, over ${measured.accuracy.n} support set${measured.accuracy.n === 1 ? '' : 's'}: accuracy ${measured.accuracy.mean.toFixed(1)} % (95 % interval ${measured.accuracy.low.toFixed(1)}–${measured.accuracy.high.toFixed(1)})
on the ${measured.testImages} test images of ${measured.testDataset}, expected calibration error ${measured.calibrationError.mean.toFixed(3)}.${
        measured.sets === null
          ? ''
          : `\nSets with a promised coverage of ${(100 * measured.sets.promised).toFixed(0)} % held the true class for ${measured.sets.coverage.mean.toFixed(1)} % of the images, with ${measured.sets.size.mean.toFixed(2)} classes on average.`
      }\n\n${support.drawing === 'ALL' ? 'The classifier itself was then fitted on all support images.' : 'The classifier is one of these support sets.'}`
}

Images of another kind, or from another camera, may be classified less well than these.

## Licence

The encoder's weights are ${headOnly ? 'not ' : ''}part of this file. They stay under the licence of the encoder. Features of
the support images are part of the model. To publish it, you need the right to publish these images in this form. Check both before you share it.
`
}

/** How an image's temperature is found. */
function temperatureOf({ temperature, typicalSpread }: Frozen): string {
  const typical = temperature.toPrecision(6)
  if (typicalSpread === null) return typical
  return `${typical}·√(s/${typicalSpread.toPrecision(6)}), where s is the standard deviation of an image's logits`
}

function drawnAs({ drawing, shots, seed }: Frozen['support']): string {
  if (drawing === 'ALL') return 'all of the support pool'
  if (drawing === 'LISTED') return 'chosen one by one'
  return `${drawing === 'AT_MOST' ? 'at most ' : ''}${shots} per class, seed ${seed}`
}
