# Shotboard as a container: docs/run-the-service.md. Linted, but not built yet.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json client/
RUN npm ci --ignore-scripts
COPY . .
# ONNX Runtime comes with its libraries for every platform.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && rm -r node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32

FROM node:24-slim
# Other machines must reach the service, so it needs keys: it does not start without SHOTBOARD_API_KEYS.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 SHOTBOARD_DATA_DIR=/data ORT_DISABLE_TELEMETRY=1
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
# The package shotboard-client, which node_modules links to.
COPY --from=build /app/client client
COPY --from=build /app/dist dist
COPY --from=build /app/models models
COPY --from=build /app/demo/fashion-mnist demo/fashion-mnist
COPY --from=build /app/templates templates
COPY --from=build /app/prisma/migrations prisma/migrations
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/shotboard.js"]
CMD ["start"]
