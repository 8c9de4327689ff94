using Kapok.Cases.Model;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Tracking;

/// <summary>Delivery in words. Chinese; translated when shown.</summary>
static class DeliveryWords
{
    public static string Method(DeliveryMethod method) => method switch
    {
        DeliveryMethod.Courier => "快递送到", DeliveryMethod.Locker => "自助柜领取", DeliveryMethod.Window => "到窗口领取", _ => "只要电子的",
    };

    /// <summary>An event of delivery as officials read it.</summary>
    public static (string Title, string Text) Noted(LoggedEvent e)
    {
        var delivery = Delivery.Of([e], default);
        if (e.Type == Delivery.Chosen) return ("申请人选择领取方式", $"{Method(delivery.Choice.Method)} {delivery.Choice.Place}".TrimEnd());
        var step = delivery.Steps[0];
        return ("送达登记", string.Join(" ", new[] { Stage(DeliveryMethod.Courier, step.Stage), step.Carrier, step.Number, step.Note }.Where(t => t.Length > 0)));
    }

    public static string Stage(DeliveryMethod method, DeliveryStage stage) => stage switch
    {
        DeliveryStage.Prepared => method == DeliveryMethod.Window ? "可以来领了" : "已经备好，等待寄送",
        DeliveryStage.Sent => method == DeliveryMethod.Locker ? "正在送往自助柜" : "已经寄出",
        DeliveryStage.Arrived => method == DeliveryMethod.Locker ? "已经放进自助柜" : "已经到达，等待签收",
        DeliveryStage.Received => "已经领取", DeliveryStage.Returned => "没有送到，已经退回", _ => "等待办好",
    };
}
