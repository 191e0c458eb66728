{{/* The settings of a process, as variables. Input: root, service. */}}
{{- define "lingxi.env" -}}
- name: LINGXI_HTTP__ADDRESS
  value: 0.0.0.0:8080
- name: LINGXI_HTTP__PUBLIC_URL
  value: {{ .root.Values.publicUrl | quote }}
- name: LINGXI_HTTP__EXPLORER
  value: "false"
- name: LINGXI_HTTP__DRAIN_SECONDS
  value: {{ .values.drainSeconds | quote }}
- name: LINGXI_HTTP__GRACE_SECONDS
  value: {{ .values.graceSeconds | quote }}
- name: LINGXI_STORAGE__DATA_DIR
  value: /data
- name: LINGXI_TELEMETRY__LOG_FORMAT
  value: json
{{- if and .root.Values.database.existingSecret (ne .service "gateway") }}
- name: LINGXI_STORAGE__DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.database.existingSecret }}
      key: {{ .key | default .root.Values.database.appUrlKey }}
- name: LINGXI_STORAGE__APP_ROLE
  value: {{ .root.Values.database.appRole | quote }}
{{- end }}
{{- if and .root.Values.secrets.existingSecret (ne .service "gateway") }}
- name: LINGXI_SECRETS__KEYS
  valueFrom:
    secretKeyRef: { name: {{ .root.Values.secrets.existingSecret }}, key: keys }
{{- end }}
{{- if eq .root.Values.mode "services" }}
{{ include "lingxi.natsEnv" . }}
{{- end }}
{{- if eq .service "gateway" }}
{{- range $peer := list "tenants" "channels" "bot" }}
- name: LINGXI_GATEWAY__{{ upper $peer }}
  value: http://{{ include "lingxi.of" (dict "root" $.root "service" $peer) }}:8080
{{- end }}
{{- end }}
{{- if has .service (list "single" "gateway" "tenants") }}
{{- with include "lingxi.operatorEnv" .root }}
{{ . }}
{{- end }}
{{- end }}
{{- with concat .root.Values.env .values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The operator's token, and the plans, for who asks for the one and knows the others. */}}
{{- define "lingxi.operatorEnv" -}}
{{- with .Values.operator.tokenSecret }}
- name: LINGXI_OPERATOR__TOKEN
  valueFrom:
    secretKeyRef: { name: {{ . }}, key: token }
{{- end }}
{{- range $plan, $limits := .Values.plans }}
{{- range $limit, $value := $limits }}
- name: LINGXI_LIMITS__PLANS__{{ upper $plan }}__{{ upper $limit }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "lingxi.natsEnv" -}}
- name: LINGXI_NATS__URL
  value: {{ .root.Values.nats.url | quote }}
- name: LINGXI_NATS__PREFIX
  value: {{ .root.Values.nats.prefix | quote }}
- name: LINGXI_NATS__REPLICAS
  value: {{ .root.Values.nats.replicas | quote }}
{{- if .root.Values.nats.existingSecret }}
- name: LINGXI_NATS__CREDENTIALS
  value: /nats/credentials
{{- end }}
{{- end -}}

{{- define "lingxi.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "lingxi.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Whether a service keeps files. */}}
{{- define "lingxi.keeps" -}}
{{- if has .service (list "single" "tenants" "channels") -}}yes{{- end -}}
{{- end -}}

{{- define "lingxi.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
- name: data
{{- if include "lingxi.keeps" . }}
  persistentVolumeClaim:
    claimName: {{ include "lingxi.claim" .root }}
{{- else }}
  emptyDir: { sizeLimit: 256Mi }
{{- end }}
{{- if .root.Values.nats.existingSecret }}
- name: nats
  secret:
    secretName: {{ .root.Values.nats.existingSecret }}
{{- end }}
{{- end -}}

{{- define "lingxi.mounts" -}}
- name: tmp
  mountPath: /tmp
- name: data
  mountPath: /data
{{- if .root.Values.nats.existingSecret }}
- name: nats
  mountPath: /nats
  readOnly: true
{{- end }}
{{- end -}}
