# The service as one image: docker build -t aggregator . && docker run -p 8000:8000 -v news:/data aggregator
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir "uv>=0.9,<1"
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# What we depend on changes less often than we do: a layer of its own.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --extra oidc --no-install-project
COPY aggregator aggregator
COPY config config
RUN uv sync --frozen --extra oidc --no-editable

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --no-create-home aggregator \
    && install --directory --owner=aggregator --group=aggregator --mode=0750 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    AGGREGATOR_DATA_DIR=/data \
    AGGREGATOR_HOST=0.0.0.0 \
    AGGREGATOR_PORT=8000 \
    AGGREGATOR_BASE_URL=http://127.0.0.1:8000
WORKDIR /data
VOLUME /data
EXPOSE 8000
USER aggregator
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["aggregator", "run"]
