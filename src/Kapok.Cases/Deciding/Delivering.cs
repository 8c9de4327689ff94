using Kapok.Cases.Model;
using Kapok.Foundation.Codes;

namespace Kapok.Cases.Deciding;

/// <summary>送达: how the result reaches the applicant, and what is noted on its way.</summary>
static class Delivering
{
    const int LongestPlace = 200, LongestNote = 300;

    public static No? Choose(CaseAct act, ChooseDelivery command)
    {
        if (!act.IsApplicant) return No.Forbidden(new(false, "只有申请人可以选择领取方式"));
        if (act.Row is { Open: false, Result: "withdrawn" or "not-accepted" }) return No.Conflict("办件已经结束，没有要送达的结果");
        if (!command.Before.CanChange) return No.Conflict("结果已经寄出或者领走，不能再改领取方式");
        var (wanted, courier) = (command.Wanted, command.Wanted.Method == DeliveryMethod.Courier);
        var phone = "";
        if (courier && wanted.Recipient.Trim().Length is < 2 or > 50) return No.Invalid("请填写收件人的姓名", "recipient");
        if (courier)
        {
            if (Contact.CheckPhone(wanted.Phone) is not { Value: { } number }) return No.Invalid("请填写收件人的电话，例如 13800000000", "phone");
            phone = number;
        }
        if (wanted.Method != DeliveryMethod.Electronic && wanted.Place.Trim().Length is < 2 or > LongestPlace)
            return No.Invalid(courier ? "请填写收件地址，写到门牌号" : wanted.Method == DeliveryMethod.Window ? "请选择到哪个窗口领" : "请写明放到哪里的自助柜", "place");
        var kept = wanted.Method == DeliveryMethod.Electronic ? new DeliveryChoice(DeliveryMethod.Electronic) : new(wanted.Method, courier ? wanted.Recipient.Trim() : "", phone, wanted.Place.Trim());
        act.Log(Delivery.Chosen, kept);
        return null;
    }

    public static No? Move(CaseAct act, MoveDelivery command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        var (before, carrier, number, note) = (command.Before, command.Carrier.Trim(), command.Number.Trim(), command.Note.Trim());
        if (act.Row.Open) return No.Conflict("还没有作出决定，没有要送达的结果");
        if (before.Choice.Method == DeliveryMethod.Electronic) return No.Conflict("申请人只要电子结果，不用送达");
        if (!before.Next.Contains(command.To)) return No.Conflict("现在还不能登记这一步，请看最新的送达情况");
        if (command.To == DeliveryStage.Sent && before.Choice.Method == DeliveryMethod.Courier && (carrier.Length is 0 or > 40 || number.Length is 0 or > 40)) return No.Invalid("请填写快递公司和运单号", carrier.Length == 0 ? "carrier" : "number");
        if (command.To == DeliveryStage.Returned && note.Length == 0) return No.Invalid("请写明退回的原因", "note");
        if (note.Length > LongestNote) return No.Invalid($"说明最多 {LongestNote} 个字", "note");
        act.Log(Delivery.Moved, new Delivery.Move(command.To, carrier, number, note));
        var place = before.Choice.Place.Length > 0 ? before.Choice.Place : "办理窗口";
        var news = (before.Choice.Method, command.To) switch
        {
            (DeliveryMethod.Window, DeliveryStage.Prepared) => ("结果可以领了", $"请带身份证件到{place}领取。{note}"),
            (DeliveryMethod.Courier, DeliveryStage.Sent) => ("结果已经寄出", $"{carrier}，运单号 {number}。{note}"),
            (DeliveryMethod.Locker, DeliveryStage.Arrived) => ("结果已经放进自助柜", $"{place}。{note}"),
            (_, DeliveryStage.Returned) => ("结果没有送到，已经退回", $"{note} 请核对地址、电话，或者改成到窗口领。"),
            _ => default,
        };
        if (news.Item1 is { } title) act.Tell("delivery", title, news.Item2);
        return null;
    }
}
