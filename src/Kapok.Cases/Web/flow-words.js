// Words of bpmn-js in Chinese.
export const chinese = {
  'Create user task': '新建环节（由人办理）', 'Append user task': '在后面加一个环节', 'Activate hand tool': '移动画布', 'Activate lasso tool': '框选', 'Activate create/remove space tool': '腾出或收回空间',
  'Activate global connect tool': '连线', 'Create start event': '新建开始', 'Create intermediate/boundary event': '新建中间或边界事件', 'Create end event': '新建结束', 'Create gateway': '新建判断',
  'Create expanded sub-process': '新建子流程', 'Create pool/participant': '新建泳池', 'Append end event': '在后面加结束', 'Append gateway': '在后面加判断', 'Append intermediate/boundary event': '在后面加中间事件',
  'Append {type}': '在后面加{type}', 'Change element': '改变种类', 'Change type': '改变种类', 'Connect to other element': '连到别的元素', 'Connect using association': '用虚线连接', 'Connect using sequence/message flow or association': '连线',
  'Add text annotation': '加批注', 'Append text annotation': '加批注', 'Delete': '删除', 'Remove': '删除', 'Set color': '颜色', 'Add lane above': '在上面加泳道', 'Add lane below': '在下面加泳道', 'Divide into two lanes': '分成两条泳道',
  'Divide into three lanes': '分成三条泳道', 'Task': '任务', 'User task': '用户任务（由人办理）', 'Service task': '服务任务（系统办理）', 'Send task': '发送任务', 'Receive task': '接收任务', 'Manual task': '手工任务（直接经过）',
  'Business rule task': '业务规则任务（不能用）', 'Script task': '脚本任务（不能用）', 'Call activity': '调用流程', 'Sub-process (collapsed)': '子流程（收起）', 'Sub-process (expanded)': '子流程（展开）', 'Sub-process': '子流程',
  'Exclusive gateway': '排他判断', 'Parallel gateway': '并行', 'Inclusive gateway': '多选分支', 'Complex gateway': '复杂判断（不能用）', 'Event-based gateway': '等待事件的判断', 'Start event': '开始', 'End event': '结束',
  'Message start event': '消息开始', 'Timer start event': '定时开始', 'Message end event': '消息结束', 'Error end event': '出错结束', 'Terminate end event': '全部终止', 'Intermediate throw event': '中间事件',
  'Message intermediate catch event': '等待消息', 'Message intermediate throw event': '发送消息', 'Timer intermediate catch event': '等待时间', 'Message boundary event': '消息边界事件', 'Timer boundary event': '定时边界事件',
  'Error boundary event': '出错边界事件', 'Message boundary event (non-interrupting)': '消息边界事件（不打断）', 'Timer boundary event (non-interrupting)': '定时边界事件（不打断）', 'Sequence flow': '箭头', 'Default flow': '默认箭头',
  'Conditional flow': '有条件的箭头', 'Parallel multi-instance': '同时多份', 'Sequential multi-instance': '依次多份', 'Loop': '循环（不能用）', 'Participant multiplicity': '多个参与者（不能用）', 'Ad-hoc': '随意次序（不能用）',
  'Search in diagram': '在图里找', 'Open {element}': '打开 {element}', 'Align elements': '对齐', 'Distribute elements horizontally': '水平均匀排开', 'Distribute elements vertically': '垂直均匀排开',
};
