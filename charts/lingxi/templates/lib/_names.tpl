{{- define "lingxi.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of a service's resources. Input: root, service. */}}
{{- define "lingxi.of" -}}
{{- printf "%s-%s" (include "lingxi.name" .root) .service -}}
{{- end -}}

{{- define "lingxi.selector" -}}
app.kubernetes.io/name: lingxi
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end -}}

{{- define "lingxi.labels" -}}
{{ include "lingxi.selector" . }}
app.kubernetes.io/part-of: lingxi
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "lingxi.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "lingxi.claim" -}}
{{- .Values.persistence.existingClaim | default (printf "%s-data" (include "lingxi.name" .)) -}}
{{- end -}}
