using System;
using NanoLibp2p.Firmware.Tests;

namespace nanoFramework.Hardware.Stm32;

/// <summary>The backup memory of an STM32 with the calls of its package, and a chip that stops where a test says.</summary>
public static class BackupMemory
{
    public static int Size => Bytes.Length;

    public static byte[] Bytes { get; } = new byte[4096];

    /// <summary>Bytes that are still written before the chip stops.</summary>
    public static int Left { get; set; } = int.MaxValue;

    public static void ReadBytes(uint position, byte[] value) => Bytes.AsSpan((int)position, value.Length).CopyTo(value);

    public static void WriteBytes(uint position, byte[] value)
    {
        int count = Math.Min(value.Length, Left);
        Left -= count;
        value.AsSpan(0, count).CopyTo(Bytes.AsSpan((int)position));
        if (count < value.Length)
        {
            throw new PowerCutException();
        }
    }
}
