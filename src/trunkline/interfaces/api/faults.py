"""What can be wrong with a request before the business is asked: in the words of refusals, with a status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

NO_TOKEN = Refusal(
    "request.token_missing",
    "P5-2",
    Text("缺少令牌：Authorization: Bearer …", "A token is needed: Authorization: Bearer …"),
)
NO_SUCH_ADDRESS = Refusal(
    "request.address_unknown", "", Text("没有这个地址：{subject}", "No such address: {subject}")
)
NOT_FOUND = Refusal("request.not_found", "", Text("没有找到：{subject}", "Not found: {subject}"))
WRONG_METHOD = Refusal(
    "request.method_not_allowed", "", Text("此地址只接受 {subject}", "This address takes {subject} only")
)
WRONG_TYPE = Refusal(
    "request.media_type",
    "",
    Text(
        "内容须为 application/json 或 multipart/form-data",
        "The content must be application/json or multipart/form-data",
    ),
)
ONLY_JSON = Refusal(
    "request.media_type", "", Text("内容须为 application/json", "The content must be application/json")
)
TOO_LARGE = Refusal(
    "request.too_large", "", Text("内容超过 {limit} MB", "The content is larger than {limit} MB")
)
LENGTH_NEEDED = Refusal(
    "request.length_needed",
    "",
    Text("须有 Content-Length，不接受分块传输", "Content-Length is needed; chunked bodies are not taken"),
)
CRASHED = Refusal(
    "request.crashed",
    "",
    Text(
        "系统出错，未办理；请凭编号 {subject} 联系管理员",
        "Something went wrong here and nothing was done; ask with the reference {subject}",
    ),
)
MALFORMED = Refusal(
    "request.malformed", "", Text("内容不是合格的 JSON", "The content is not well-formed JSON")
)
NAMED_TWICE = Refusal(
    "request.name_twice",
    "",
    Text("同一对象中重复的名称：{subject}", "A name occurs twice in an object: {subject}"),
)
NOT_TEXT = Refusal(
    "request.text_unfit", "", Text("文字中有不允许的字符", "A text holds characters that are not allowed")
)
BAD_PARTS = Refusal(
    "request.parts_malformed", "", Text("multipart 内容无法读取", "The multipart content cannot be read")
)
NO_BODY = Refusal("request.body_not_expected", "", Text("此地址不接受内容", "This address takes no content"))
BAD_KEY = Refusal(
    "request.idempotency_key",
    "",
    Text("Idempotency-Key 为1至80个可见 ASCII 字符", "Idempotency-Key is 1 to 80 visible ASCII characters"),
)
FIELD_UNKNOWN = Refusal(
    "request.field_unknown", "", Text("不认识的字段：{subject}", "Unknown field: {subject}")
)
FIELD_MISSING = Refusal("request.field_missing", "", Text("缺少字段：{subject}", "Missing field: {subject}"))
FIELD_TYPE = Refusal(
    "request.field_type", "", Text("字段 {subject} 须为 {kind}", "The field {subject} must be {kind}")
)
FIELD_RANGE = Refusal(
    "request.field_range", "", Text("字段 {subject} 超出范围", "The field {subject} is out of range")
)
FIELD_CHOICE = Refusal(
    "request.field_choice",
    "",
    Text("字段 {subject} 须为以下之一：{choices}", "The field {subject} must be one of: {choices}"),
)
LINE_OR_NUMBER = Refusal(
    "request.line_or_number",
    "",
    Text("{subject} 须有 line 或 number 之一", "{subject} needs either line or number"),
)
LINES_TWICE = Refusal(
    "request.lines_twice",
    "",
    Text("号码清单与 lines 只能给一个", "Give the lines in the file or in the body, not in both"),
)


class Unanswerable(Exception):
    """A request that ends before the business is asked: a status, every reason, and headers of the answer."""

    def __init__(
        self, status: int, reasons: Iterable[Refusal] | Refusal, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.refusals = (reasons,) if isinstance(reasons, Refusal) else tuple(reasons)
        self.headers = dict(headers or {})
        super().__init__(f"{status} {', '.join(refusal.code for refusal in self.refusals)}")
