import { errors } from '../errors.js'

/** What stands for the name of the class. */
const gap = '{}'
const maxTemplates = 200
const maxCharacters = 500

/** Where templates come from: a set by its name, or own ones. */
export interface TemplateChoice {
  readonly set?: string | null
  readonly templates?: readonly string[] | null
}

/**
 * The prompts of a class: each template with the class's name. Throws INVALID_VALUE or EMPTY_LIST with the argument at fault, also
 * for an unknown set and a template without `{}`.
 */
export function promptsFrom(choice: TemplateChoice): (className: string) => string[] {
  const templates = templatesOf(choice)
  // Dollar signs in a name would be taken for patterns if it were given as a text.
  return (className) => templates.map((template) => template.replaceAll(gap, () => className))
}

function templatesOf({ set, templates }: TemplateChoice): readonly string[] {
  if ((set == null) === (templates == null)) {
    throw errors.invalidValue({ reason: 'Give either a set of templates or templates of your own.' }, 'set')
  }
  if (set != null) {
    const found = templateSets[set]
    if (found) return found
    const known = Object.keys(templateSets).join(', ')
    throw errors.invalidValue(
      { reason: `There is no set of templates "${set}". Known sets: ${known}.` },
      'set',
    )
  }
  const own = templates ?? []
  if (own.length === 0) throw errors.emptyList({ what: 'template' }, 'templates')
  if (own.length > maxTemplates) {
    throw errors.invalidValue(
      { reason: `Give at most ${maxTemplates} templates, not ${own.length}.` },
      'templates',
    )
  }
  for (const [i, template] of own.entries()) {
    if (template.includes(gap) && template.length <= maxCharacters && !template.includes('\0')) continue
    const reason = `A template must have ${gap} in the place of the class's name, and at most ${maxCharacters} characters.`
    throw errors.invalidValue({ reason }, `templates[${i}]`)
  }
  return own
}

/** A template with both articles in the place of `*`. */
const withArticles = (text: string): readonly string[] => [text.replace('*', 'a'), text.replace('*', 'the')]

/**
 * The 80 templates with which OpenAI measured CLIP on ImageNet (Radford et al., arXiv 2103.00020; its notebook "Prompt
 * Engineering for ImageNet"). Most come with both articles.
 */
const openai80: readonly string[] = [
  ...[
    ...['a bad photo of * {}.', 'a sculpture of * {}.', 'a photo of * hard to see {}.'],
    ...[
      'a low resolution photo of * {}.',
      'a rendering of * {}.',
      'graffiti of * {}.',
      'a cropped photo of * {}.',
    ],
    ...['a tattoo of * {}.', '* embroidered {}.', 'a bright photo of * {}.', 'a photo of * clean {}.'],
    ...['a photo of * dirty {}.', 'a dark photo of * {}.', 'a drawing of * {}.', '* plastic {}.'],
    ...['a photo of * cool {}.', 'a close-up photo of * {}.', 'a black and white photo of * {}.'],
    ...['a painting of * {}.', 'a pixelated photo of * {}.', 'a jpeg corrupted photo of * {}.'],
    ...['a blurry photo of * {}.', 'a photo of * {}.', 'a good photo of * {}.', '* {} in a video game.'],
    ...['a doodle of * {}.', '* origami {}.', 'a sketch of * {}.', '* toy {}.', 'a rendition of * {}.'],
    ...['a photo of * large {}.', 'a photo of * nice {}.', 'a photo of * weird {}.', '* cartoon {}.'],
    ...['art of * {}.', 'itap of * {}.', '* plushie {}.', 'a photo of * small {}.'],
  ].flatMap(withArticles),
  ...['a photo of many {}.', 'a photo of my {}.', 'a photo of one {}.', 'itap of my {}.'],
]

/** Sets of templates by name: OpenAI's for ImageNet, and those of the data sets in CoOp (Zhou et al., arXiv 2109.01134). */
export const templateSets: Readonly<Record<string, readonly string[]>> = {
  'openai-imagenet-80': openai80,
  // The notebook's seven that serve best together.
  'openai-imagenet-7': [
    'itap of a {}.',
    'a bad photo of the {}.',
    'a origami {}.',
    'a photo of the large {}.',
    'a {} in a video game.',
    'art of the {}.',
    'a photo of the small {}.',
  ],
  'coop-imagenet': ['a photo of a {}.'],
  'coop-caltech101': ['a photo of a {}.'],
  'coop-oxford-pets': ['a photo of a {}, a type of pet.'],
  'coop-oxford-flowers': ['a photo of a {}, a type of flower.'],
  'coop-fgvc-aircraft': ['a photo of a {}, a type of aircraft.'],
  'coop-describable-textures': ['{} texture.'],
  'coop-eurosat': ['a centered satellite photo of {}.'],
  'coop-stanford-cars': ['a photo of a {}.'],
  'coop-food101': ['a photo of {}, a type of food.'],
  'coop-sun397': ['a photo of a {}.'],
  'coop-ucf101': ['a photo of a person doing {}.'],
}
