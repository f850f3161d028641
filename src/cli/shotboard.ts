#!/usr/bin/env node
import './production.js'
import { Command } from 'commander'
import { version } from '../version.js'
import { adaptersCommand } from './adapters.js'
import { addCommand } from './add.js'
import { classifyCommand } from './classify.js'
import { compareCommand } from './compare.js'
import { demoCommand } from './demo.js'
import { encodersCommand } from './encoders.js'
import { evaluateCommand } from './evaluate.js'
import { evaluateClassifierCommand } from './evaluate-classifier.js'
import { exportCommand } from './export.js'
import { importCommand } from './import.js'
import { keyCommand } from './key.js'
import { modelsCommand } from './models.js'
import { pluginCommand } from './plugin.js'
import { promptsCommand } from './prompts.js'
import { reportCommand } from './report.js'
import { shiftCommand } from './shift.js'
import { startCommand } from './start.js'

const program = new Command('shotboard')
  .description('Few-shot image classification with CLIP, without training a classifier.')
  .version(version)
  .addCommand(startCommand())
  .addCommand(demoCommand())
  .addCommand(importCommand())
  .addCommand(addCommand())
  .addCommand(promptsCommand())
  .addCommand(compareCommand())
  .addCommand(classifyCommand())
  .addCommand(evaluateCommand())
  .addCommand(evaluateClassifierCommand())
  .addCommand(exportCommand())
  .addCommand(reportCommand())
  .addCommand(keyCommand())
  .addCommand(shiftCommand())
  .addCommand(modelsCommand())
  .addCommand(adaptersCommand())
  .addCommand(pluginCommand())
  .addCommand(encodersCommand())

await program.parseAsync()
