; As `clang -O2` writes it, with attributes that scripts' code does not have.
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

@counted = internal global i64 0, align 8
@odd = alias i1 (i64), ptr @is_odd
@table = private unnamed_addr constant [3 x float] [float 1.5, float 2.5, float 3.5], align 4

define dso_local double @mix(double noundef %a, double noundef %b, double noundef %t) local_unnamed_addr #0 {
  %d = fsub double %b, %a
  %m = tail call double @llvm.fmuladd.f64(double %d, double %t, double %a)
  ret double %m
}

define internal void @hidden(i64 %n) #1 {
  %before = load i64, ptr @counted, align 8, !tbaa !3
  %after = add i64 %before, %n
  store i64 %after, ptr @counted, align 8, !tbaa !3
  ret void
}

define dso_local i64 @count(i64 noundef %n) local_unnamed_addr #1 {
  call void @hidden(i64 %n)
  %sum = load i64, ptr @counted, align 8, !tbaa !3
  ret i64 %sum
}

define dso_local i64 @count_apart(i64 noundef %n) local_unnamed_addr #2 {
  call void @hidden(i64 %n)
  %sum = load i64, ptr @counted, align 8, !tbaa !3
  ret i64 %sum
}

define dso_local double @third_root(double noundef %x) local_unnamed_addr #1 {
  %root = call double @cbrt(double %x)
  ret double %root
}

define dso_local float @looked_up(i32 noundef %n) local_unnamed_addr #0 {
  %is_there = icmp ult i32 %n, 3
  br i1 %is_there, label %there, label %end
there:
  %index = zext i32 %n to i64
  %place = getelementptr inbounds [3 x float], ptr @table, i64 0, i64 %index
  %found = load float, ptr %place, align 4
  br label %end
end:
  %result = phi float [ %found, %there ], [ 0.0, %0 ]
  ret float %result
}

define dso_local noundef zeroext i1 @is_odd(i64 noundef %n) local_unnamed_addr #0 {
  %bit = trunc i64 %n to i1
  ret i1 %bit
}

define dso_local signext i8 @narrow(i8 noundef signext %n, i1 noundef zeroext %yes, i32 noundef %c) local_unnamed_addr #0 {
  %wide = trunc i32 %c to i8
  %chosen = select i1 %yes, i8 %wide, i8 0
  %sum = add i8 %n, %chosen
  ret i8 %sum
}

define dso_local void @hang() local_unnamed_addr #1 {
  br label %again
again:
  %n = load volatile i64, ptr @counted, align 8
  br label %again
}

define dso_local void @hang_apart() local_unnamed_addr #2 {
  br label %again
again:
  %n = load volatile i64, ptr @counted, align 8
  br label %again
}

declare double @llvm.fmuladd.f64(double, double, double)
declare double @cbrt(double)

attributes #0 = { mustprogress nofree norecurse nosync nounwind willreturn memory(none) uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="x86-64" "target-features"="+cmov,+cx8,+fxsr,+mmx,+sse,+sse2,+x87" "tune-cpu"="generic" }
attributes #1 = { nounwind uwtable "target-cpu"="x86-64" "tune-cpu"="generic" }
attributes #2 = { noinline nounwind uwtable "target-cpu"="x86-64" "tune-cpu"="generic" }

!llvm.module.flags = !{!0, !1}
!llvm.ident = !{!2}
!0 = !{i32 1, !"wchar_size", i32 4}
!1 = !{i32 8, !"PIC Level", i32 2}
!2 = !{!"clang"}
!3 = !{!4, !4, i64 0}
!4 = !{!"long", !5, i64 0}
!5 = !{!"omnipotent char", !6, i64 0}
!6 = !{!"Simple C/C++ TBAA"}
