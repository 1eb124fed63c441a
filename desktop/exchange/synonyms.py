"""Headings that clerks use beside the official terms and the synonyms of the registers.

Those of the registers are what a person may also type in a condition; these are only ever read on
sheets. A heading may stand at several registers, but only once within one.
"""

from __future__ import annotations

from collections.abc import Mapping

Names = tuple[str, ...]


def _names(text: str) -> Names:
    return tuple(text.split())


COMMON: Mapping[str, Names] = {
    "note": _names("备注 说明 备考 附注 其他说明 备注说明 备 其它"),
    "phone": _names(
        "移动电话 本人电话 联络电话 联系手机 手机电话 电话（手机） 联系人电话 本人联系电话 联系电话号码"
    ),
    "id_number": _names("身份证号 身份证编号 身份号码 公民身份证号 公民身份证号码 身份证件号 本人身份证号"),
    "householder": _names("户主名 户主名字 户主 户主姓名"),
    "manufacturer": _names(
        "生产单位 制造商 药厂 生产企业名称 厂商 厂牌 生产厂家名称 生产厂 上市许可持有人 厂家名称"
    ),
}
"""Names by field key, whatever the register."""

OF_REGISTER: Mapping[tuple[str, str], Names] = {
    ("staff", "name"): _names("名字 职工 人员 在职人员姓名"),
    ("staff", "work_start"): _names(
        "参加工作年月 参加工作日期 参工日期 参工年月 工作年月 工作起始时间 工作起始日期 参加工作年月日 上班时间"
    ),
    ("staff", "department"): _names("所属科室 任职科室 工作部门 所在部门 现科室 现工作科室 所属部门"),
    ("staff", "post_category"): _names("岗位分类 人员岗位 工作岗位 岗位类别名称"),
    ("staff", "employment"): _names(
        "编制类别 身份性质 人员身份 人员编制 用工性质 聘用性质 编制状态 在编情况 是否在编"
    ),
    ("staff", "position"): _names("现职务 担任职务 院内职务 职务名称 任职情况 任职"),
    ("staff", "education"): _names("文化水平 学历情况 学历学位 最高学历学位 第一学历"),
    ("staff", "major"): _names("学历专业 专业名称 毕业院校专业"),
    ("staff", "title"): _names(
        "专业职称 职称等级 技术职务 卫生技术职称 取得职称 聘任职称 专业技术职务资格 现职称 职称级别"
    ),
    ("staff", "practice_category"): _names("执业种类 执业类型类别"),
    ("staff", "licence_no"): _names(
        "执业证书编码 医师执业证号 执业资格证号 资格证编号 执业注册号 执业证书证号 执业证号码 证书号 证书号码"
    ),
    ("staff", "licence_expires_on"): _names(
        "执业证书有效期至 执业证到期时间 注册有效期 执业有效期至 证书有效期 执业证书到期日期 执业证有效期限"
        " 执业证截止日期 执业证书有效日期 执业证书到期时间 执业证有效日期"
    ),
    ("contracts", "name"): _names(
        "服务对象 居民 签约服务对象 被签约人 签约者 签约者姓名 签约人员 签约人员姓名 签约居民名称 名字"
        " 服务对象姓名 家庭成员姓名 成员姓名"
    ),
    ("contracts", "village_id"): _names(
        "所属村 所属行政村 村庄 所在村庄 村委会 村/社区 所在村（居） 行政村名称 所属村（社区） 所在行政村名称"
        " 村居名称 所在村居"
    ),
    ("contracts", "team_id"): _names(
        "签约服务团队 责任团队 服务团队名称 家医团队 所属团队 签约团队名称 家庭医生服务团队 家庭医生签约团队 团队编号"
    ),
    ("contracts", "signed_on"): _names(
        "签约日 签订时间 协议签订时间 签约年月日 签约开始日期 服务开始日期 协议开始日期 协议起始日期 起始时间"
        " 生效日期 有效期起 协议生效日期 签约起始时间 签约开始时间 服务起始日期 开始时间 服务开始时间 签约登记日期"
        " 签订协议日期 签约生效日期 协议日期 合同签订日期"
    ),
    ("contracts", "expires_on"): _names(
        "终止日期 失效日期 截止时间 服务到期日期 协议到期日期 协议到期时间 协议终止日期 签约到期日期 签约到期时间"
        " 签约截止日期 有效期止 有效期截止 服务结束日期 协议截止日期 合同到期日 结束时间 服务终止日期 签约终止日期"
        " 协议有效期至 服务到期日 签约到期日 有效期 有效日期 服务截止时间 签约结束日期 合同到期日期 到期"
    ),
    ("contracts", "packages"): _names("服务包类型 所签服务包 签约包类型 签约服务包类型 服务包种类 包名称 签约项目包"),
    ("contracts", "elderly"): _names(
        "65岁及以上 老年人（65岁及以上） 65周岁及以上老年人 65岁以上老人 老人 65岁及以上老人 65周岁以上老年人 老年人群"
        " ≥65岁老年人 65+老年人"
    ),
    ("contracts", "hypertension"): _names("高血压病 原发性高血压 高血压病人 高血压人群 高血压患者人群"),
    ("contracts", "diabetes"): _names("糖尿病病人 Ⅱ型糖尿病 二型糖尿病 糖尿病人群 2型糖尿病人群"),
    ("contracts", "maternal"): _names("孕产妇女 孕妇产妇 孕妇/产妇 孕产妇"),
    ("contracts", "child"): _names(
        "儿童（0-6岁） 06岁儿童 婴幼儿 0-6周岁儿童 0到6岁儿童 6岁以下儿童 儿童（0~6岁）"
    ),
    ("contracts", "mental"): _names(
        "重精 精神病 重性精神病患者 精神疾病 精神障碍患者 重性精神障碍 重症精神病 精神病人 严重精神病障碍"
    ),
    ("contracts", "tuberculosis"): _names("结核病患者 结核 结核病人 肺结核病人 肺结核病"),
    ("contracts", "disabled"): _names("残疾人员 残疾人群 残疾居民"),
    ("contracts", "bereaved"): _names(
        "计生特殊家庭成员 特扶家庭 计生特扶家庭 计划生育特殊家庭成员 计生家庭 特扶 失独 计生特殊"
    ),
    ("contracts", "out_of_poverty"): _names(
        "脱贫 贫困户 建档立卡贫困户 原建档立卡 脱贫人员 建档立卡户 脱贫群众 脱贫人口（含监测） 原建档立卡贫困人口"
    ),
    ("drugs", "name"): _names("药品 药品名 品种 品种名称 药物名称 通用药名"),
    ("drugs", "spec"): _names("规格型号 剂量规格 规格/包装 规格包装 药物规格 包装"),
    ("drugs", "unit"): _names("销售单位 零售单位 库存单位 药品单位"),
    ("drugs", "drug_class"): _names("药品属性 类型 中西药分类 药品性质 药物类别 药品大类 西药/中成药"),
    ("drugs", "category"): _names(
        "药理作用分类 药理学分类 治疗分类 药品药理分类 用途分类 药理作用 药理 药理分类名称 药品功效"
    ),
    ("drugs", "essential"): _names(
        "基本药物标识 国基 国家基药 是否国基 是否基药品种 国家基本药物目录 基药情况 基本药物（是/否） 基药属性"
        " 是否为基本药物 是否国家基药 是否属于基本药物"
    ),
    ("drugs", "insurance_class"): _names(
        "医保 医保属性 医保目录类别 报销类别 甲乙类 医保目录 医保类 医保报销类别 医保甲/乙类 医保药品类别"
    ),
    ("drugs", "retail_price"): _names(
        "零售单价 现行零售价 最新零售价 执行价格 含税单价 药品单价 定价 执行价 销售单价 零售价（元/盒） 售价（元）"
    ),
    ("drugs", "code"): _names("编码 药品编号 药品本位码 医保代码 国家医保编码 药品ID"),
    ("drug_stock", "drug_id"): _names("药品名 品种 药物名称 品种名称 药品通用名称 药品名称（通用名）"),
    ("drug_stock", "batch_no"): _names("产品批号 药品生产批号 生产批次 批号批次 批号/批次 产品批次"),
    ("drug_stock", "quantity"): _names(
        "实际数量 盘点数 实点数 实点数量 盘存数量 实际库存 库存数 现有库存 实存数 结存 期末库存 剩余数量 当前库存"
        " 库存量 实盘库存 实际盘点数量 盘点实数 现存数量 现有数量 实存 实盘 盘点结果 库存余量 在库数量 现库存 清点数量"
    ),
    ("drug_stock", "expires_on"): _names(
        "有效期限 有效截止日期 到期日 过期日期 近效期 效期截止 保质期至 有效期截止 失效时间 有效期截止日期 有效期到"
        " 药品有效期 有效期至日期"
    ),
    ("drug_stock", "unit_price"): _names("采购价 进货价 购进单价 成本价 售价 零售单价 药品单价 采购单价 进货单价"),
    ("supplies", "name"): _names(
        "物品 防护物资名称 物资种类 品类 储备物资名称 应急物资名称 物品名 防护用品名称 防护物资 应急物资 储备物资 物资品种"
        " 物资品目 货品名称"
    ),
    ("supplies", "standard"): _names("标准编号 产品执行标准 执行标准号 技术标准 执行标准编号 国家标准"),
    ("supplies", "reserve"): _names(
        "应储备数量 储备基数 储备要求 最低储备 30天储备标准 30天储备量 定额 储备标准数量 最低储备量 30天用量 满负荷30天用量"
        " 应急储备标准 储备下限"
    ),
    ("supplies", "nearest_expiry"): _names(
        "最近失效期 最早效期 近效期 最近到期日 最近失效日期 有效期截止 效期至 最近效期日期 最近到期日期 最早失效期"
    ),
    ("supplies", "closing_stock"): _names(
        "期末库存 期末 期末数 期末数量 本月结存 月末库存 结存 库存 库存数量 期末结存 现存数量 实有数量 本期结存 现库存"
        " 结余 本月结余 期末结余 月末结存 实际库存 当前库存 现有数量 期末余额 月末数 剩余 剩余数量 本月末库存 库存数"
    ),
    ("clinics", "name"): _names(
        "卫生室全称 医疗机构名称 卫生所（室）名称 村级卫生机构名称 卫生室（所）名称 村卫生室（所）名称 村室名称"
    ),
    ("clinics", "village_id"): _names(
        "所属村委会 行政村名称 村委会 所属村庄 所在村委会 所在村庄 覆盖行政村 所在村（社区） 村别"
    ),
    ("clinics", "population"): _names("服务常住人口 覆盖人口数 常住人口 服务人口（人） 服务居民数 管理人口"),
    ("clinics", "ownership"): _names("房屋性质 房产性质 公有/私有 公有私有 房屋产权性质 产权形式"),
    ("clinics", "floor_area"): _names("用房面积 房屋建筑面积（㎡） 面积（平方米） 业务面积 使用面积 卫生室面积"),
    ("clinics", "integrated"): _names(
        "一体化村卫生室 实行一体化管理 是否一体化管理村卫生室 乡村一体化 是否实行一体化管理 乡村一体化管理 一体化情况"
        " 纳入一体化"
    ),
    ("village_doctors", "name"): _names(
        "乡医 从业人员姓名 执业人员姓名 医务人员姓名 人员姓名 乡村医生名字 村医名字 负责医生 卫生室人员姓名 医师姓名"
    ),
    ("village_doctors", "clinic_id"): _names(
        "卫生室全称 工作单位 执业机构 所属卫生室 卫生所名称 村卫生所 村卫生所名称 机构名称 工作机构 卫生室（所）名称"
        " 所属村卫生室 村医疗机构名称 医疗机构名称 卫生所（室）名称 村级卫生机构名称 村卫生室（所）名称 村室名称"
    ),
    ("village_doctors", "qualification"): _names(
        "资格类别 资格证书 执业证书类别 资质类别 执业资格类别 从业资格 执业资格名称 执业类别 人员资质 取得资格 执业身份"
    ),
    ("clinic_months", "clinic_id"): _names(
        "机构名称 卫生所名称 所属卫生室 卫生室全称 填报卫生室 村卫生所名称 村室名称 卫生室（所）名称 机构"
    ),
    ("clinic_months", "month"): _names("填报月份 月度 统计期 报告期 所属期 报表期 报告年月 统计年月 数据月份 时间"),
    ("clinic_months", "visits"): _names(
        "本月诊疗人次 门诊量 门诊诊疗人次 看病人次 诊疗总人次 诊疗量 门诊总人次 本月门诊人次 诊疗人数 总人次"
    ),
    ("clinic_months", "tcm_visits"): _names(
        "其中中医 中医药服务人次 中医诊疗量 中医药诊疗 中医门诊人次 其中：中医 中医诊疗人次数 中医服务人次 其中中医诊疗人次"
        " 中医类诊疗人次"
    ),
    ("clinic_months", "outpatient_income"): _names(
        "本月门诊收入 门诊业务收入 医疗总收入 门诊总收入 门诊收入金额 诊疗收入 本月收入 本月业务收入"
    ),
    ("clinic_months", "drug_income"): _names("药品销售收入 其中药品 药费 药品销售额 其中：药品 售药收入 药品费收入"),
    ("clinic_months", "referrals_up"): _names(
        "上级转诊 向上级转诊人次 转上级医院人次 上转病人数 双向转诊（上转） 转诊上级人次 上转 上转患者数 向上转诊人数"
        " 转出人次 上转诊人次"
    ),
    ("clinic_months", "hypertension_followups"): _names(
        "高血压随访人数 高血压管理随访 高血压患者随访 高血压患者随访人数 高血压病人随访人次 高血压随访数"
    ),
    ("clinic_months", "diabetes_followups"): _names(
        "糖尿病随访人数 糖尿病管理随访 糖尿病患者随访 糖尿病患者随访人数 糖尿病病人随访人次 糖尿病随访数"
    ),
    ("clinic_months", "elderly_checkups"): _names(
        "65岁及以上老年人体检人数 老年人查体 老年体检人数 老年人健康检查 老年人健康检查人数 老年人健康体检 老年人体检数"
        " 65岁以上老人体检人数 老人体检人数 老年人体检人次"
    ),
    ("clinic_months", "education_sessions"): _names(
        "健康教育讲座次数 开展健康教育次数 健康教育场次 健康宣教次数 健康教育讲座 健康教育活动场次 健教次数 健康教育活动数"
        " 开展健康教育活动次数"
    ),
    ("clinic_months", "new_files"): _names(
        "新建居民健康档案 建档数 新增档案 新建档份数 新建居民健康档案份数 新建档案数量 新增建档数 新建档人数 新建档案人数"
        " 新增健康档案份数 新建健康档案人数"
    ),
    ("residents", "name"): _names("居民 名字 成员姓名"),
    ("residents", "village_id"): _names("所属村 所属行政村 村庄 行政村名称 所在村庄 村居"),
    ("divisions", "name"): _names("行政村名称 村委会 村庄 村居名称 村（居）名称"),
    ("divisions", "code"): _names("村级代码12 行政区划代码 村代码 区划编码 村级代码"),
    ("divisions", "township"): _names("乡级名称 乡镇名称 所属乡镇 乡（镇） 镇"),
}
"""Names by register and field key."""
