using System.Diagnostics;
using System.Globalization;
using Kapok.Trust.Algorithms;

namespace Kapok.Bench;

/// <summary>Signing and verifying on one thread, beside the openssl command in the same run.</summary>
public static class CryptoBench
{
    public static IReadOnlyList<Figure> Run(TimeSpan time)
    {
        var suite = SignatureSuite.Sm2Sm3;
        using var key = suite.Generate();
        var data = new byte[20]; // openssl speed signs 20 bytes
        var signature = key.Sign(data);
        Measure(() => key.Sign(data), time / 5);
        // Floor and figure by turns, so that both see the same machine.
        double signFloor = 0, verifyFloor = 0, sign = 0, verify = 0;
        const int turns = 3;
        for (var i = 0; i < turns; i++)
        {
            var (s, v) = OpenSsl();
            (signFloor, verifyFloor) = (signFloor + s / turns, verifyFloor + v / turns);
            sign += Measure(() => key.Sign(data), time / turns / 2) / turns;
            verify += Measure(() => suite.Verify(key.PublicKeyInfo, data, signature), time / turns / 2) / turns;
        }
        return [Of("sm2-sign", sign, signFloor), Of("sm2-verify", verify, verifyFloor), Throughput("sm3", time / 5, 1 << 20, b => Sm3.Hash(b)), Throughput("sm4-seal", time / 5, 1 << 20, b => CipherSuite.Sm4HmacSm3.Seal(new byte[32], b, default))];
    }

    static Figure Of(string name, double value, double floor) => new(name, value, "/s", floor > 0 ? floor : null, 1000 / value, 0, 0, 1e6 / value);

    static Figure Throughput(string name, TimeSpan time, int size, Action<byte[]> work)
    {
        var block = new byte[size];
        return new(name, Measure(() => work(block), time) * size / 1e6, "MB/s", null, 0, 0, 0, 0);
    }

    static double Measure(Action work, TimeSpan time)
    {
        var count = 0L;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
            for (var i = 0; i < 10; i++, count++) work();
        // Processor time, as openssl speed counts it, so that neighbours on the machine do not enter.
        return count / (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
    }

    /// <summary>Signatures and verifications per second of <c>openssl speed sm2</c>; zero when there is no openssl.</summary>
    static (double Sign, double Verify) OpenSsl()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", ["speed", "-seconds", "1", "sm2"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _ = process.StandardError.ReadToEndAsync();
            var line = process.StandardOutput.ReadToEnd().Split('\n').LastOrDefault(l => l.Contains("SM2", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return line is { Length: > 2 } ? (double.Parse(line[^2], CultureInfo.InvariantCulture), double.Parse(line[^1], CultureInfo.InvariantCulture)) : default;
        }
        catch (System.ComponentModel.Win32Exception) { return default; }
    }
}
