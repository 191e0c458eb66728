{{/* The processes of this mode with their values, as YAML: a service's values over the defaults. */}}
{{- define "lingxi.processes" -}}
{{- if eq .Values.mode "single" }}
single: {{ mergeOverwrite (deepCopy .Values.defaults) .Values.single (dict "replicas" 1) | toJson }}
{{- else }}
{{- range $service, $values := .Values.services }}
{{ $service }}: {{ mergeOverwrite (deepCopy $.Values.defaults) ($values | default dict) | toJson }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Who faces the world. */}}
{{- define "lingxi.front" -}}
{{- eq .Values.mode "single" | ternary "single" "gateway" -}}
{{- end -}}
